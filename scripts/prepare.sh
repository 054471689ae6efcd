# SPDX-License-Identifier: MIT
# Sourced by scripts/test and scripts/demo: what they need, and the build.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$root/build}

# What must be there (a program, a file, a pkg-config module after "lib:", a
# shared library after "lib/"), and the Debian package that has it.
build_needs='
	cc gcc
	/usr/include/stdio.h libc6-dev
	meson meson
	ninja ninja-build
	pkg-config pkg-config
	lib:check check
	python3 python3
'
lab_needs='
	ip iproute2
	unshare util-linux
	openssl openssl
	curl curl
	microsocks microsocks
'
test_needs='
	danted dante-server
	ssh openssh-client
	sshd openssh-server
	git git
	wget wget
	rsync rsync
	perl perl
	redis-cli redis-tools
	lftp lftp
	busybox busybox-static
	nc.openbsd netcat-openbsd
	ss-local shadowsocks-libev
	lib/libjemalloc.so.2 libjemalloc2
	lib/libtcmalloc_minimal.so.4 libtcmalloc-minimal4
'
heavy_needs='
	go golang-go
	node nodejs
	java default-jre-headless
	javac default-jdk-headless
	/usr/bin/rustc rustc
	chromium chromium
	pgrep procps
	nginx nginx
	wrk wrk
	aria2c aria2
	nmap nmap
	redis-benchmark redis-tools
	/usr/lib/python3/dist-packages/aiohttp python3-aiohttp
	lib/libev.so libev-dev
	lib/libevent.so libevent-dev
	lib/libuv.so libuv1-dev
	psql postgresql-client
	pg_ctlcluster postgresql
	redis-server redis-server
	dig bind9-dnsutils
	drill ldnsutils
	socat socat
	ncat ncat
	iperf3 iperf3
	host bind9-host
	ntpdig ntpsec-ntpdig
	chronyd chrony
	tftp tftp-hpa
	in.tftpd tftpd-hpa
	snmpget snmp
	snmpd snmpd
	sipp sip-tester
	mosh mosh
	ping iputils-ping
	tcpdump tcpdump
	fakeroot fakeroot
	file file
	man man-db
	gdb gdb
	strace strace
	valgrind valgrind
'
fuzz_needs='
	clang clang
	lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a libclang-rt-dev
'

have() {
	case $1 in
	lib:*) pkg-config --exists "${1#lib:}" 2>/dev/null ;;
	lib/*) compgen -G "/usr/lib*/*/${1#lib/}" >/dev/null ||
		compgen -G "/usr/lib*/${1#lib/}" >/dev/null ;;
	/*) [ -e "$1" ] ;;
	*) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
	esac
}

# missing NEEDS: the packages of what is not there
missing() {
	local probe package

	while read -r probe package; do
		if [ -n "$probe" ] && ! have "$probe"; then
			echo "$package"
		fi
	done <<<"$1" | sort -u
}

# install NEEDS: have apt bring what is missing, or say what that is
install_missing() {
	local packages package log

	packages=$(missing "$1")
	if [ -z "$packages" ]; then
		return 0
	fi
	packages=$(echo $packages)
	if [ "$(id -u)" != 0 ] || ! have apt-get; then
		echo "missing, and to be installed by root: $packages" >&2
		return 0
	fi
	echo "installing $packages" >&2
	log=$(mktemp)
	if ! { apt-get -q update && apt_install $packages; } >"$log" 2>&1; then
		# One that this release does not have must not keep out the rest.
		for package in $packages; do
			apt_install $package >>"$log" 2>&1 || true
		done
		if [ -n "$(missing "$1")" ]; then
			tail -n 5 "$log" >&2
		fi
	fi
	rm -f "$log"
	packages=$(missing "$1")
	if [ -n "$packages" ]; then
		echo "could not install:" $packages >&2
	fi
}

# Packages of servers start them; here they are neither wanted (no runlevel
# starts anything) nor does it matter if they fail.
apt_install() {
	DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qy \
		--no-install-recommends install "$@" </dev/null
}

# quietly COMMAND...: unless it fails
quietly() {
	local log

	log=$(mktemp)
	if ! "$@" >"$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

# set_up [OPTION...]: the build directory
set_up() {
	local werror=

	if [ "${CI:-}" = true ]; then
		werror=--werror
	fi
	[ -f "$build/build.ninja" ] ||
		quietly meson setup $werror "$@" "$build" "$root"
}

# compile [TARGET...]
compile() {
	quietly ninja -C "$build" ${JOBS:+-j "$JOBS"} "$@"
}

build_all() {
	set_up && compile
}
