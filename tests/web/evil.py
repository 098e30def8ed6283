# tests/web/evil.py - whoever wants into the page: other servers, and programs of
# whichever user runs this.
#
# Prints the port of 127.0.0.1 at which it takes orders; every other request is
# written down and answered with a page on which anything may be tried.
#
#	/listen?at=ADDRESS[&port=N]	one more server; its port
#	/heard		what was written down: cookies, a line a request
#	/ask?host=…&path=…&cookie=…	as this user; the status, or "refused"
import http.client
import http.server
import threading
from urllib.parse import parse_qs, urlsplit

heard = []


def ask(q):
    try:
        c = http.client.HTTPConnection(q['host'][0], timeout=20)
        c.request('GET', q['path'][0],
                  headers={'Cookie': q.get('cookie', [''])[0]})
        return str(c.getresponse().status)
    except (OSError, http.client.HTTPException):
        return 'refused'


def listen(at, port):
    s = http.server.ThreadingHTTPServer((at, port), Evil)
    threading.Thread(target=s.serve_forever, daemon=True).start()
    return str(s.server_port)


class Evil(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        u = urlsplit(self.path)
        q = parse_qs(u.query)
        kind = 'text/plain'
        if u.path == '/listen':
            said = listen(q['at'][0], int(q.get('port', ['0'])[0]))
        elif u.path == '/heard':
            said = '\n'.join(heard)
        elif u.path == '/ask':
            said = ask(q)
        else:
            heard.append(f'{u.path} {self.headers.get("Cookie", "")}')
            said, kind = '<!DOCTYPE html><title>evil</title><p>evil', 'text/html'
        self.send_response(200)
        self.send_header('Content-Type', kind)
        self.end_headers()
        self.wfile.write(said.encode() + b'\n')

    def log_message(self, *_):
        pass


print(listen('127.0.0.1', 0), flush=True)
threading.Event().wait()
