"""tests/flow/firefox.py FIREFOX PROFILE LOGINS CSV - Firefox keeps the logins of
LOGINS (JSON: a list of address, user, password) in a new profile, and writes them
as it exports them.  It is driven without a window, by Marionette."""
import json
import os
import socket
import subprocess
import sys
import time

SCRIPT = """
const [rows, file, done] = arguments;
(async () => {
    const { LoginExport } = ChromeUtils.importESModule(
        "resource://gre/modules/LoginExport.sys.mjs");
    for (const [address, user, password] of rows) {
        const login = Cc["@mozilla.org/login-manager/loginInfo;1"]
            .createInstance(Ci.nsILoginInfo);
        login.init(address, address, null, user, password, "", "");
        await Services.logins.addLoginAsync(login);
    }
    await LoginExport.exportAsCSV(file);
})().then(() => done("ok"), e => done(String(e)));
"""


class Marionette:
    def __init__(self, port):
        self.socket = connect(port)
        self.stream = self.socket.makefile("rb")
        self.number = 0
        self.get()

    def get(self):
        size = b""
        while not size.endswith(b":"):
            byte = self.stream.read(1)
            if not byte:
                sys.exit("firefox.py: it has ended")
            size += byte
        return json.loads(self.stream.read(int(size[:-1])))

    def ask(self, name, **arguments):
        self.number += 1
        said = json.dumps([0, self.number, name, arguments]).encode()
        self.socket.sendall(b"%d:%s" % (len(said), said))
        answer = self.get()
        if answer[2]:
            sys.exit("firefox.py: %s: %s" % (name, answer[2]["message"]))
        return answer[3]


def connect(port):
    for _ in range(240):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.5)
    sys.exit("firefox.py: it does not answer")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    firefox, profile, logins, csv = sys.argv[1:]
    port = free_port()
    os.makedirs(profile)
    with open(profile + "/user.js", "w") as f:
        f.write('user_pref("marionette.port", %d);\n' % port)
    with open(logins) as f:
        rows = json.load(f)
    with open(profile + "/said", "w") as said:
        browser = subprocess.Popen([firefox, "--headless", "--no-remote",
            "--marionette", "--remote-allow-system-access", "--profile",
            profile, "about:blank"], stdout=said, stderr=said)
    try:
        m = Marionette(port)
        m.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        m.ask("Marionette:SetContext", value="chrome")
        got = m.ask("WebDriver:ExecuteAsyncScript", script=SCRIPT,
            args=[rows, csv], newSandbox=True, scriptTimeout=60000)
        if got["value"] != "ok":
            sys.exit("firefox.py: " + got["value"])
    finally:
        browser.terminate()
        browser.wait()


main()
