# SPDX-License-Identifier: MIT
"""Runtimes with an event loop, a thread pool or a way to connect of their own:
Node, Java, Rust. All are heavy."""

from scenario import Scenario, came
from servers import HELLO

# A proxy that takes two seconds for each connection: what blocks in connect is
# then seen by all who wait for the same thread.
SLOW = "read-greeting; delay 1000; send 0500; read-request; delay 1000; tunnel"
SILENT = "read-greeting; send 0500; read-request; stall"

# Node

# One of four is refused. The loop's own timer must come in time all along:
# late means by half of what one connect takes.
NODE_NET = """
const net = require("net");
const count = {};
let worst = 0, last = Date.now();
const timer = setInterval(() => {
    worst = Math.max(worst, Date.now() - last);
    last = Date.now();
}, 20);
const note = what => count[what] = (count[what] || 0) + 1;
const one = n => new Promise(done => {
    const text = "text " + n;
    let got = "";
    const socket = net.connect(n % 4 ? 7 : 81, "four.test");
    socket.on("connect", () => socket.end(text));
    socket.on("data", data => got += data);
    socket.on("end", () => note(got === text ? "good" : "bad"));
    socket.on("error", error => note(error.code));
    socket.on("close", done);
});
Promise.all([...Array(200).keys()].map(one)).then(() => {
    clearInterval(timer);
    console.log("good", count.good, "refused", count.ECONNREFUSED,
                Object.keys(count).length);
    console.log(worst < 1000 ? "in time" : "late by " + worst);
});
"""
NODE_HTTP = """
const http = require("http");
const count = {};
const note = what => count[what] = (count[what] || 0) + 1;
const one = n => new Promise(done => {
    let got = "";
    const port = n % 4 ? 80 : 81;
    http.get({host: "four.test", port, path: "/hello", agent: false},
             response => {
        response.on("data", data => got += data);
        response.on("end", () => done(note(got.trim())));
    }).on("error", error => done(note(error.code)));
});
Promise.all([...Array(200).keys()].map(one)).then(
    () => console.log(JSON.stringify(count, Object.keys(count).sort())));
"""
NODE_FETCH = """
const count = {};
const note = what => count[what] = (count[what] || 0) + 1;
const one = async n => {
    try {
        const port = n % 4 ? 80 : 81;
        const response = await fetch(`http://four.test:${port}/hello?${n}`);
        note((await response.text()).trim());
    } catch (error) {
        note(error.cause.code);
    }
};
Promise.all([...Array(200).keys()].map(one)).then(
    () => console.log(JSON.stringify(count, Object.keys(count).sort())));
"""
COUNTED = '{"ECONNREFUSED":50,"hello from web.test":150}\n'
# 200 requests one after the other, and all on one connection.
NODE_AGENT = """
const http = require("http");
const agent = new http.Agent({keepAlive: true, maxSockets: 1});
const ports = new Set();
const one = n => new Promise((done, failed) => {
    let got = "";
    http.get({host: "web.test", path: "/hello?" + n, agent}, response => {
        ports.add(response.socket.localPort);
        response.on("data", data => got += data);
        response.on("end", () => done(got === "hello from web.test\\n"));
    }).on("error", failed);
});
Promise.all([...Array(200).keys()].map(one)).then(answers => {
    console.log(answers.filter(good => good).length, ports.size);
    agent.destroy();
});
"""
NODE_TLS = """
const fs = require("fs"), https = require("https"), tls = require("tls");
const ca = fs.readFileSync("@work@/certificate.pem");
const socket = tls.connect({host: "web.test", port: 443, ca,
                            servername: "web.test"}, () => {
    console.log("authorized", socket.authorized, socket.getProtocol());
    socket.write("GET /hello HTTP/1.0\\r\\n\\r\\n");
});
let got = "";
socket.on("data", data => got += data);
socket.on("close", () => {
    console.log(got.split("\\r\\n\\r\\n")[1].trim());
    https.get({host: "web.test", path: "/big", ca, agent: false}, response => {
        let size = 0;
        response.on("data", data => size += data.length);
        response.on("end", () => console.log(size));
    });
});
tls.connect({host: "web.test", port: 81, ca}).on(
    "error", error => console.log(error.code));
"""
# The parent connects, a forked child speaks.
NODE_PASSED_ON = """
const child_process = require("child_process"), net = require("net");
if (process.argv[2] === "child") {
    process.on("message", (n, socket) => {
        socket.on("data", data => process.send([n, String(data)]));
        socket.write("text " + n);
    });
} else {
    const child = child_process.fork(__filename, ["child"]);
    let good = 0, all = 0;
    child.on("message", ([n, text]) => {
        good += text === "text " + n;
        if (++all === 20) {
            console.log(good);
            child.kill();
        }
    });
    for (let n = 0; n < 20; n++) {
        const socket = net.connect({host: "four.test", port: 7,
                                    pauseOnConnect: true}, () => {
            child.send(n, socket);
        });
    }
}
"""
# Workers are handed what the primary accepts, and fetch what they answer.
NODE_CLUSTER = """
const cluster = require("cluster"), http = require("http");
if (cluster.isPrimary) {
    const from = new Set();
    for (let n = 0; n < 2; n++) cluster.fork();
    let listening = 0;
    cluster.on("listening", async (worker, address) => {
        if (++listening < 2) return;
        let good = 0;
        for (let n = 0; n < 20; n++) {
            const response = await new Promise(done => http.get(
                {host: "127.0.0.1", port: address.port, agent: false}, done));
            let got = "";
            for await (const data of response) got += data;
            const [pid, text] = got.split(" : ");
            from.add(pid);
            good += text === "hello from web.test\\n";
        }
        console.log(good, from.size);
        cluster.disconnect(() => process.exit());
    });
} else {
    http.createServer(async (request, response) => {
        const answer = await fetch("http://web.test/hello");
        response.end(process.pid + " : " + await answer.text());
    }).listen(8099, "127.0.0.1");
}
"""
# connect times out while the proxy is silent; destroy ends the attempt.
NODE_TIMEOUT = """
const net = require("net");
const socket = net.connect({host: "four.test", port: 7, timeout: 500});
socket.on("connect", () => console.log("connected"));
socket.on("timeout", () => {
    console.log("timeout", socket.connecting);
    socket.destroy();
});
socket.on("close", () => console.log("closed"));
"""

# Java. ConnectException is for a time-out, too: where there is a text, it
# depends on that.

JAVA_HTTP = """
import java.net.ConnectException;
import java.net.URI;
import java.net.http.*;
import java.util.*;
import java.util.concurrent.*;

public class Main {
    public static void main(String[] args) throws Exception {
        HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            int port = n % 4 == 0 ? 81 : 80;
            HttpRequest request = HttpRequest.newBuilder(
                URI.create("http://web.test:" + port + "/hello")).build();
            all.add(client.sendAsync(request,
                                     HttpResponse.BodyHandlers.ofString())
                    .handle((response, error) ->
                        error == null ? response.body().trim() :
                        error.getCause() instanceof ConnectException ?
                        "refused" : error.toString()));
        }
        Map<String, Integer> count = new TreeMap<>();
        for (var one : all)
            count.merge(one.get(), 1, Integer::sum);
        System.out.println(count);
        System.out.println(client.send(HttpRequest.newBuilder(
            URI.create("http://web.test/echo"))
                .POST(HttpRequest.BodyPublishers.ofString("posted")).build(),
            HttpResponse.BodyHandlers.ofString()).body());
    }
}
"""
# One selector, 100 channels, a timer by select's own time-out.
JAVA_SELECTOR = """
import java.io.IOException;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;

public class Main {
    public static void main(String[] args) throws Exception {
        Selector selector = Selector.open();
        InetAddress host = InetAddress.getByName("four.test");
        int good = 0, refused = 0, open = 0;
        long worst = 0, last = System.nanoTime();
        for (int n = 0; n < 100; n++) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_CONNECT, "text " + n);
            channel.connect(new InetSocketAddress(host, n % 4 == 0 ? 81 : 7));
            open++;
        }
        while (open > 0) {
            selector.select(20);
            worst = Math.max(worst, System.nanoTime() - last);
            last = System.nanoTime();
            for (SelectionKey key : selector.selectedKeys()) {
                SocketChannel channel = (SocketChannel) key.channel();
                String text = (String) key.attachment();
                if (key.isConnectable()) {
                    try {
                        channel.finishConnect();
                        channel.write(ByteBuffer.wrap(text.getBytes()));
                        key.interestOps(SelectionKey.OP_READ);
                    } catch (ConnectException error) {
                        if (error.getMessage().equals("Connection refused"))
                            refused++;
                        open--;
                        channel.close();
                    }
                } else if (key.isReadable()) {
                    ByteBuffer buffer = ByteBuffer.allocate(100);
                    int size = channel.read(buffer);
                    if (size > 0 &&
                        new String(buffer.array(), 0, size).equals(text))
                        good++;
                    open--;
                    channel.close();
                }
            }
            selector.selectedKeys().clear();
        }
        System.out.println("good " + good + " refused " + refused);
        System.out.println(worst < 1000000000L ? "in time" :
                           "late by " + worst);
    }
}
"""
# The proxy's first two connections work, the other ones find it silent.
JAVA_SOCKET = """
import java.io.*;
import java.net.*;

public class Main {
    static String text(InputStream in) throws IOException {
        byte[] buffer = new byte[100];
        return new String(buffer, 0, in.read(buffer));
    }

    static void tell(String what, String error, long start) {
        long ms = (System.nanoTime() - start) / 1000000;
        System.out.println(what + ": " + error + (
            ms >= 450 && ms < 5000 ? "" : " after " + ms + " ms"));
    }

    public static void main(String[] args) throws Exception {
        SocketAddress echo = new InetSocketAddress("four.test", 7);
        long start;

        try (Socket s = new Socket()) {
            s.setSoTimeout(500);
            s.connect(echo, 5000);
            s.getOutputStream().write("text".getBytes());
            System.out.println(text(s.getInputStream()));
            start = System.nanoTime();
            try {
                s.getInputStream().read();
            } catch (SocketTimeoutException error) {
                tell("read", error.getMessage(), start);
            }
            s.getOutputStream().write("more".getBytes());
            System.out.println(text(s.getInputStream()));
            System.out.println(s.getPort() + " " +
                               s.getInetAddress().getHostName());
        }
        try (Socket s = new Socket()) {
            s.connect(new InetSocketAddress("four.test", 81), 5000);
        } catch (ConnectException error) {
            System.out.println(error.getMessage());
        }
        start = System.nanoTime();
        try (Socket s = new Socket()) {
            s.connect(echo, 500);
            System.out.println("connected");
        } catch (SocketTimeoutException error) {
            tell("connect", error.getMessage(), start);
        }
        // Another thread closes it while connect(2) waits.
        Socket s = new Socket();
        new Thread(() -> {
            try {
                Thread.sleep(500);
                s.close();
            } catch (Exception error) {
                System.out.println(error);
            }
        }).start();
        start = System.nanoTime();
        try {
            s.connect(echo);
            System.out.println("connected");
        } catch (SocketException error) {
            tell("close", error.getMessage(), start);
        }
    }
}
"""
JAVA_ASYNCHRONOUS = """
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

public class Main {
    static final AtomicInteger good = new AtomicInteger();
    static final AtomicInteger refused = new AtomicInteger();
    static final CountDownLatch left = new CountDownLatch(100);

    static abstract class Step<V> implements CompletionHandler<V, Void> {
        public void failed(Throwable error, Void none) {
            if ("Connection refused".equals(error.getMessage()))
                refused.incrementAndGet();
            else
                System.out.println(error);
            left.countDown();
        }
    }

    static void one(InetAddress host, int n) throws Exception {
        var channel = AsynchronousSocketChannel.open();
        String text = "text " + n;
        var buffer = ByteBuffer.allocate(100);

        channel.connect(new InetSocketAddress(host, n % 4 == 0 ? 81 : 7), null,
                        new Step<Void>() {
            public void completed(Void done, Void none) {
                channel.write(ByteBuffer.wrap(text.getBytes()), null,
                              new Step<Integer>() {
                    public void completed(Integer size, Void none) {
                        channel.read(buffer, null, new Step<Integer>() {
                            public void completed(Integer size, Void none) {
                                if (new String(buffer.array(), 0, size)
                                        .equals(text))
                                    good.incrementAndGet();
                                left.countDown();
                            }
                        });
                    }
                });
            }
        });
    }

    public static void main(String[] args) throws Exception {
        InetAddress host = InetAddress.getByName("four.test");
        for (int n = 0; n < 100; n++)
            one(host, n);
        left.await();
        System.out.println("good " + good + " refused " + refused);
    }
}
"""
# A server of its own, on every address and without a client from elsewhere;
# what it accepts it hands on to the echo server.
JAVA_SERVER = """
import java.io.*;
import java.net.*;

public class Main {
    static void serve(ServerSocket listener) {
        for (int n = 0; n < 20; n++) {
            try (Socket client = listener.accept();
                 Socket echo = new Socket("four.test", 7)) {
                client.getInputStream().transferTo(echo.getOutputStream());
                echo.shutdownOutput();
                echo.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException error) {
                System.out.println(error);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        ServerSocket listener = new ServerSocket(0);
        Thread server = new Thread(() -> serve(listener));
        int good = 0;

        server.start();
        for (int n = 0; n < 20; n++) {
            try (Socket s = new Socket("localhost", listener.getLocalPort())) {
                String text = "text " + n;
                s.getOutputStream().write(text.getBytes());
                s.shutdownOutput();
                if (new String(s.getInputStream().readAllBytes()).equals(text))
                    good++;
            }
        }
        server.join();
        System.out.println("good " + good);
        listener.setSoTimeout(100);
        try {
            listener.accept();
        } catch (SocketTimeoutException error) {
            System.out.println(error.getMessage());
        }
    }
}
"""

# Rust

RUST = """
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

fn talk(port: u16) -> std::io::Result<String> {
    let address = ("four.test", port).to_socket_addrs()?.next().unwrap();
    let mut stream =
        TcpStream::connect_timeout(&address, Duration::from_millis(1000))?;
    let same = stream.peer_addr()? == address;
    let mut text = String::new();
    stream.write_all(b"text")?;
    stream.shutdown(Shutdown::Write)?;
    stream.read_to_string(&mut text)?;
    Ok(format!("{} {}", text, same))
}

fn main() {
    println!("{:?}", talk(7));
    println!("{:?}", talk(81).map_err(|error| error.kind()));
    let start = Instant::now();
    println!("{:?}", talk(7).map_err(|error| error.kind()));
    println!("{}", start.elapsed() < Duration::from_secs(5));
}
"""


def node(name, program, out, **fields):
    """From a file: some run it again in a child."""
    return Scenario("node: " + name, f"cat >main.js <<'END'\n{program}END\n"
                    "node main.js", out=out, heavy=True,
                    **{"needs": "node", "timeout": 60, **fields})


def java(name, program, out, **fields):
    return Scenario("java: " + name, f"cat >Main.java <<'END'\n{program}END\n"
                    "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC Main.java",
                    out=out, heavy=True,
                    **{"needs": "java javac", "timeout": 90, **fields})


SCENARIOS = [
    node("200 sockets, 50 of them refused", NODE_NET,
         "good 150 refused 50 2\nin time\n", proxy=None, script=SLOW,
         check=came(200)),
    node("200 http requests", NODE_HTTP, COUNTED, proxy="microsocks"),
    node("200 fetches", NODE_FETCH, COUNTED, proxy="microsocks"),
    node("200 requests on one connection", NODE_AGENT, "200 1\n",
         proxy=None, check=came(1)),
    node("tls", NODE_TLS, ["ECONNREFUSED\n", "authorized true TLSv1.3\n",
                           HELLO, "1048576\n"]),
    node("sockets for a child", NODE_PASSED_ON, "20\n"),
    node("a cluster", NODE_CLUSTER, "20 2\n"),
    node("a time-out", NODE_TIMEOUT, "timeout true\nclosed\n", proxy=None,
         script=SILENT, bare_out="connected\ntimeout false\nclosed\n"),

    java("HttpClient", JAVA_HTTP, "{hello from web.test=75, refused=25}\n"
         "posted\n", proxy=None, script=SLOW),
    java("a selector with 100 channels", JAVA_SELECTOR,
         "good 75 refused 25\nin time\n", proxy=None, script=SLOW,
         check=came(100)),
    java("Socket, time-outs", JAVA_SOCKET,
         "text\nread: Read timed out\nmore\n7 four.test\n"
         "Connection refused\nconnect: Connect timed out\n"
         "close: Socket closed\n", proxy=None,
         script="read-greeting; send 0500; read-request; tunnel; next " * 2 +
         SILENT, bare_out="text\nread: Read timed out\nmore\n7 four.test\n"
         "Connection refused\nconnected\nconnected\n"),
    java("100 asynchronous channels", JAVA_ASYNCHRONOUS,
         "good 75 refused 25\n", proxy=None, script=SLOW, check=came(100)),
    java("ServerSocket", JAVA_SERVER, "good 20\nAccept timed out\n"),

    Scenario("rust: connect_timeout", f"cat >main.rs <<'END'\n{RUST}END\n"
             "/usr/bin/rustc main.rs && ./main",
             out='Ok("text true")\nErr(ConnectionRefused)\nErr(TimedOut)\n'
             "true\n", bare_out='Ok("text true")\nErr(ConnectionRefused)\n'
             'Ok("text true")\n', proxy=None,
             script="read-greeting; send 0500; read-request; tunnel; next " *
             2 + SILENT, needs="/usr/bin/rustc", heavy=True, timeout=60),
]
