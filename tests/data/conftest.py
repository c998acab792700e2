"""A small web server on this machine that answers wrongly on wish."""

import contextlib
import http.server
import threading
import time

import pytest


class Faulty(http.server.BaseHTTPRequestHandler):
    """GET /<fault>/<file>: the file, with that fault."""

    def do_GET(self):
        fault, name = self.path.strip("/").split("/")
        self.server.asked.append(self.path.strip("/"))
        content = self.server.files[name]
        if fault in ("404", "503"):
            self.send_error(int(fault))
            return
        if fault == "redirect":
            self.send_response(302)
            self.send_header("Location", f"/wrong/{name}")
            self.end_headers()
            return
        body = {
            "good": content,
            "wrong": content[:-1] + bytes([content[-1] ^ 1]),
            "short": content[: len(content) // 2],
            "long": content + b"!",
            "endless": content * 1000,
            "page": b"<!DOCTYPE html><title>Please sign in</title>",
            "empty": b"",
        }.get(fault, content)
        self.send_response(200)
        if fault == "cut":  # promises all, sends half
            self.send_header("Content-Length", str(len(content)))
            body = content[: len(content) // 2]
        self.end_headers()
        with contextlib.suppress(OSError):  # the client may have had enough
            self.send(body, fault)

    def send(self, body, fault):
        if fault == "silent":
            self.server.over.wait(5)
        elif fault == "drip":
            for byte in body:
                self.wfile.write(bytes([byte]))
                if self.server.over.wait(0.02):
                    return
        else:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def _serving(files):
    """Yields a server with `url(fault)`, `asked` (what it was asked for) and `files`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
    server.files, server.asked, server.over = files, [], threading.Event()
    server.url = lambda fault: f"http://127.0.0.1:{server.server_port}/{fault}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        time.sleep(0.01)
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serving():
    """`with serving({name: content}) as server:`, on this machine alone."""
    return _serving
