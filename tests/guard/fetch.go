// SPDX-License-Identifier: MIT

// fetch URL [COUNT [TIMEOUT_MS]] - so many at once, as Go programs do: without
// libc, and without waiting in any system call. Prints how many came, how many
// did not, and for these the first reason and the longest time it took, in ms.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

func number(at int, otherwise int) int {
	if len(os.Args) <= at {
		return otherwise
	}
	n, err := strconv.Atoi(os.Args[at])
	if err != nil {
		os.Exit(2)
	}
	return n
}

func main() {
	count := number(2, 1)
	timeout := time.Duration(number(3, 20000)) * time.Millisecond
	dialer := net.Dialer{Timeout: timeout}
	client := http.Client{Transport: &http.Transport{
		DialContext: dialer.DialContext, DisableKeepAlives: true}}
	var group sync.WaitGroup
	var lock sync.Mutex
	var longest time.Duration
	good, bad, reason := 0, 0, ""

	for i := 0; i < count; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			start := time.Now()
			answer, err := client.Get(os.Args[1])
			if err == nil {
				_, err = io.ReadAll(answer.Body)
				answer.Body.Close()
			}
			lock.Lock()
			defer lock.Unlock()
			if err == nil {
				good++
				return
			}
			bad++
			reason = err.Error()
			if took := time.Since(start); took > longest {
				longest = took
			}
		}()
	}
	group.Wait()
	fmt.Println("good:", good)
	fmt.Println("bad:", bad)
	if bad > 0 {
		fmt.Println("reason:", reason)
		fmt.Println("longest:", longest.Milliseconds())
	}
}
