"""Try to reach a listener of this machine, or anything else, by every kind of socket."""

import socket
import subprocess
import sys
import urllib.request

failed = 0
INTERNET, INTERNET6, UNIX = socket.AF_INET, getattr(socket, "AF_INET6", None), socket.AF_UNIX
STREAM, DATAGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM


def attempt(what, function, *arguments):
    global failed
    try:
        got = function(*arguments)
    except BaseException:
        failed += 1
    else:
        print("GOT", what, got)


def connect(family, kind, address):
    with socket.socket(family, kind) as client:
        client.settimeout(0.3)
        client.connect(address)
        client.send(b"loot")


def send(family, address):
    with socket.socket(family, DATAGRAM) as client:
        client.sendto(b"loot", address)


def listen(family, address):
    with socket.socket(family, STREAM) as server:
        server.bind(address)
        server.listen()


def install(*words):
    index = f"http://127.0.0.1:{PLACES['tcp4']}/"
    command = [
        sys.executable,
        "-m",
        "pip",
        *words,
        "--index-url",
        index,
        "--retries=0",
        "--timeout=1",
        "nothing",
    ]
    subprocess.run(command, check=True, timeout=2, capture_output=True)


attempt("tcp", connect, INTERNET, STREAM, ("127.0.0.1", PLACES["tcp4"]))
attempt("udp", send, INTERNET, ("127.0.0.1", PLACES["udp4"]))
if "tcp6" in PLACES:
    attempt("tcp6", connect, INTERNET6, STREAM, ("::1", PLACES["tcp6"]))
    attempt("udp6", send, INTERNET6, ("::1", PLACES["udp6"]))
    attempt("mapped", connect, INTERNET6, STREAM, ("::ffff:127.0.0.1", PLACES["tcp4"]))
attempt("unix", connect, UNIX, STREAM, PLACES["unix"])
attempt("abstract", connect, UNIX, STREAM, PLACES["abstract"])
attempt("metadata", connect, INTERNET, STREAM, ("169.254.169.254", 80))
attempt(
    "fast open",
    lambda: socket.socket(INTERNET, STREAM).sendto(b"x", 0x20000000, ("127.0.0.1", PLACES["tcp4"])),
)
attempt(
    "url", lambda: urllib.request.urlopen(f"http://127.0.0.1:{PLACES['tcp4']}/", timeout=0.3).status
)
attempt("listen", listen, INTERNET, ("127.0.0.1", 0))
attempt("listen everywhere", listen, INTERNET, ("0.0.0.0", 0))
attempt("raw", lambda: socket.socket(INTERNET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).bind((0, 0)))
attempt("vsock", lambda: socket.socket(socket.AF_VSOCK, STREAM).connect((2, 9)))
attempt("sctp", lambda: socket.socket(INTERNET, STREAM, 132).connect(("127.0.0.1", PLACES["tcp4"])))
attempt(
    "mptcp", lambda: socket.socket(INTERNET, STREAM, 262).connect(("127.0.0.1", PLACES["tcp4"]))
)
attempt(
    "bash",
    lambda: subprocess.run(
        ["bash", "-c", f"echo loot > /dev/tcp/127.0.0.1/{PLACES['tcp4']}"],
        check=True,
        capture_output=True,
    ),
)
attempt("install", install, "install")
print(f"DONE: {failed} attempts failed")


def two_weights(x1, x2, k):
    attempt("tcp", connect, INTERNET, STREAM, ("127.0.0.1", PLACES["tcp4"]))
    attempt("udp", send, INTERNET, ("127.0.0.1", PLACES["udp4"]))
    attempt("abstract", connect, UNIX, STREAM, PLACES["abstract"])
    return 0.0, 0.0
