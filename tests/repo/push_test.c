/* repo/push: real receive-packs, and some that behave badly. */
#include "spool_box.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "repo/central.h"
#include "repo/push.h"

static struct sshkey *key;
static pid_t sshd_pid = -1;	/* ended by teardown, whatever happens */

/* A central, a spool, and what lies in it. */
struct fix {
	char *box;
	char *url;
	char *dir;		/* of the spool */
	struct central c;
	struct spool *s;
};

static void
fix_open(struct fix *f)
{
	struct err e = ERR_INIT;

	f->box = box_new();
	f->url = str_fmt("%s/central", f->box);
	f->dir = str_fmt("%s/spool", f->box);
	assert_int_equal(central_parse(&f->c, f->url, NULL, &e), 0);
	box_central(f->url);
	f->s = spool_open(f->dir, &e);
	assert_non_null(f->s);
}

static void
fix_close(struct fix *f)
{
	spool_close(f->s);
	central_release(&f->c);
	free(f->url);
	free(f->dir);
	box_free(f->box);
}

/* Write a script; NAME is relative to the box. */
__attribute__((format(printf, 3, 4)))
static void
script(struct fix *f, const char *name, const char *fmt, ...)
{
	struct err e = ERR_INIT;
	char text[4096], *path = str_fmt("%s/%s", f->box, name);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert_int_equal(file_save(path, text, strlen(text), 0755, &e), 0);
	free(path);
}

/* Talk to SCRIPT of the box as if it were ssh. */
static void
use_fake(struct fix *f, const char *name)
{
	struct err e = ERR_INIT;
	char *cmd = str_fmt("%s/%s", f->box, name);
	char *url = str_fmt("ssh://host%s", f->url);

	central_release(&f->c);
	assert_int_equal(central_parse(&f->c, url, cmd, &e), 0);
	free(cmd);
	free(url);
}

struct send {
	struct fix *f;
	const char *ref;
	const char *old;
	struct push_result *r;
	enum push_how how;
	int stall_ms;
	int rc;
	uint64_t sent, total;
	char head[CANON_ID_LEN];
	char *packs[256];
	size_t n;
};

static void
on_progress(void *arg, uint64_t sent, uint64_t total)
{
	struct send *s = arg;

	assert_true(sent >= s->sent);
	s->sent = sent;
	s->total = total;
}

static int
gather(void *arg, const char *id, const char *const packs[], size_t npacks,
	uint64_t bytes, struct err *e)
{
	struct send *s = arg;
	size_t i;

	(void)bytes;
	(void)e;
	memcpy(s->head, id, CANON_ID_LEN);
	for (i = 0; i < npacks; i++)
		s->packs[s->n++] = str_dup(packs[i]);
	return 0;
}

/* Push what is unsent behind OLD; as push_send(). */
static int
push_all(struct send *s, struct err *e)
{
	const char *const *list;
	char *const *packs = s->packs;
	struct push *p;
	int rc = -1;

	s->n = 0;
	s->sent = 0;
	push_result_init(s->r);
	assert_int_equal(spool_unsent(s->f->s, s->ref, s->old, gather, s, e),
	    0);
	p = push_open_stall(&s->f->c, s->how, s->f->dir, s->stall_ms ?
	    s->stall_ms : 20000, e);
	memcpy(&list, &packs, sizeof(list));
	if (p)
		rc = push_send(p, s->ref, s->old, s->head, list, s->n,
		    on_progress, s, s->r, e);
	push_close(p);
	while (s->n > 0)
		free(s->packs[--s->n]);
	return rc;
}

static void
must_commit(struct fix *f, int64_t seq, size_t nbundles, size_t bytes,
	char id[static CANON_ID_LEN])
{
	struct err e = ERR_INIT;

	if (part_commit(f->s, REF0, seq, nbundles, bytes, key, id, &e) < 0)
		fail_msg("%s", e.what);
}

/* Push one commit, another on top, and a third after the bundles are gone. */
static void
good_life(struct fix *f, enum push_how how)
{
	struct push_result r;
	struct err e = ERR_INIT;
	char a[CANON_ID_LEN], b[CANON_ID_LEN], id[CANON_ID_LEN];
	struct send s = {.f = f, .ref = REF0, .old = "", .r = &r, .how = how};
	struct push *p;

	must_commit(f, 0, 2, 70000, a);
	if (push_all(&s, &e) < 0)
		fail_msg("%s", e.what);
	if (!r.ok)
		fail_msg("%s", r.reason);
	assert_string_equal(r.reason, "");
	if (how == PUSH_OWN)
		assert_true(s.total > 140000 && s.sent >= s.total);
	push_result_release(&r);
	assert_int_equal(spool_received(f->s, REF0, a, &e), 0);
	must_commit(f, 1, 1, 500, b);
	must_commit(f, 2, 0, 0, b);
	s.old = a;
	if (push_all(&s, &e) < 0)
		fail_msg("%s", e.what);
	if (!r.ok)
		fail_msg("%s", r.reason);
	push_result_release(&r);
	p = push_open(&f->c, how, f->dir, &e);
	assert_non_null(p);
	assert_int_equal(push_advertised(p, REF0, id), 1);
	assert_string_equal(id, b);
	assert_int_equal(push_advertised(p, REF1, id), 0);
	push_close(p);
	assert_int_equal(box_sh(NULL, "cd '%s/records.git' && git fsck --full "
	    "--strict && test $(git rev-parse %s) = %s && "
	    "git ls-tree -r %s | wc -l | grep -qx 6", f->url, REF0, b, REF0),
	    0);
}

static void
test_path(void **state)
{
	struct fix f;

	(void)state;
	fix_open(&f);
	good_life(&f, PUSH_OWN);
	fix_close(&f);
}

static void
test_stock(void **state)
{
	struct fix f;

	(void)state;
	fix_open(&f);
	good_life(&f, PUSH_STOCK);
	fix_close(&f);
}

static void
set_hooks(struct fix *f)
{
	script(f, "central/records.git/hooks/post-receive", "#!/bin/sh\n"
	    "while read old new ref; do\n"
	    "echo \"liudi-receipt 1 123 $ref $new c2ln\"\n"
	    "echo \"liudi-receipt 1 123 refs/heads/ws/x/main/2026.0 $new "
	    "eHh4\"\ndone\necho 'stored, thank you'\nprintf 'no end'\n");
}

static void
test_hooks(void **state)
{
	struct push_result r;
	struct err e = ERR_INIT;
	struct fix f;
	char a[CANON_ID_LEN], want[256];
	struct send s = {.f = &f, .ref = REF0, .old = "", .r = &r};
	struct push *p;
	int how;

	(void)state;
	for (how = PUSH_OWN; how <= PUSH_STOCK; how++) {
		fix_open(&f);
		s.old = "";
		s.how = (enum push_how)how;
		set_hooks(&f);
		script(&f, "central/records.git/hooks/pre-receive",
		    "#!/bin/sh\necho 'H07 the clock is ahead' >&2\n"
		    "echo liudi-time 1700000000\nexit 1\n");
		must_commit(&f, 0, 1, 1000, a);
		assert_int_equal(push_all(&s, &e), 0);
		assert_false(r.ok);
		assert_string_equal(r.reason, "pre-receive hook declined");
		assert_int_equal(r.server_utc, 1700000000);
		assert_string_equal(buf_str(&r.text),
		    "H07 the clock is ahead\n");
		assert_string_equal(r.receipt, "");
		push_result_release(&r);

		assert_int_equal(box_sh(NULL,
		    "rm '%s/records.git/hooks/pre-receive'", f.url), 0);
		assert_int_equal(push_all(&s, &e), 0);
		assert_true(r.ok);
		(void)snprintf(want, sizeof(want),
		    "liudi-receipt 1 123 " REF0 " %s c2ln", a);
		assert_string_equal(r.receipt, want);
		assert_int_equal(r.server_utc, 0);
		assert_non_null(strstr(buf_str(&r.text),
		    "eHh4\nstored, thank you\nno end"));
		push_result_release(&r);

		/* once more, for the receipt: an empty pack, old = new */
		p = push_open(&f.c, PUSH_OWN, f.dir, &e);
		push_result_init(&r);
		assert_int_equal(push_send(p, REF0, a, a, NULL, 0, NULL, NULL,
		    &r, &e), 0);
		assert_true(r.ok);
		assert_string_equal(r.receipt, want);
		push_result_release(&r);
		/* a connection serves once */
		assert_int_equal(push_send(p, REF0, a, a, NULL, 0, NULL, NULL,
		    &r, &e), -1);
		push_close(p);
		fix_close(&f);
	}
}

/* A request to be let in goes to its own branches and nowhere else. */
static void
test_request(void **state)
{
	static const char *const bad[] = {
		"refs/heads/enrol/0123456789abcdef/0123456789abcde",
		"refs/heads/enrol/0123456789abcdef/0123456789abcdef0",
		"refs/heads/enrol/0123456789abcdef/0123456789abcdeF",
		"refs/heads/enrol/0123456789abcdef-0123456789abcdef",
		"refs/heads/enrol/0123456789abcdef",
		"refs/heads/enrol/../control/0123456789abcdef",
		"refs/heads/receipts"
	};
	static const char good[] =
	    "refs/heads/enrol/0123456789abcdef/fedcba9876543210";
	struct err e = ERR_INIT;
	char a[CANON_ID_LEN], id[CANON_ID_LEN];
	struct push_result r;
	struct push *p;
	struct fix f;
	struct send s = {.f = &f, .ref = REF0, .old = "", .r = &r};
	size_t i;

	(void)state;
	fix_open(&f);
	must_commit(&f, 0, 1, 1000, a);
	assert_int_equal(push_all(&s, &e), 0);
	push_result_release(&r);
	p = push_open(&f.c, PUSH_OWN, f.dir, &e);
	assert_non_null(p);
	push_result_init(&r);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(push_send(p, bad[i], "", a, NULL, 0, NULL,
		    NULL, &r, &e), -1);
	assert_int_equal(push_send(p, good, "", a, NULL, 0, NULL, NULL, &r,
	    &e), 0);
	assert_true(r.ok);
	push_result_release(&r);
	push_close(p);
	p = push_open(&f.c, PUSH_OWN, f.dir, &e);
	assert_int_equal(push_advertised(p, good, id), 1);
	assert_string_equal(id, a);
	push_close(p);
	fix_close(&f);
}

static void
test_concurrent(void **state)
{
	struct push_result r;
	struct err e = ERR_INIT;
	struct fix f;
	char a[CANON_ID_LEN], b[CANON_ID_LEN];
	struct send s = {.f = &f, .ref = REF0, .old = "", .r = &r};

	(void)state;
	fix_open(&f);
	must_commit(&f, 0, 0, 0, a);
	assert_int_equal(push_all(&s, &e), 0);
	push_result_release(&r);
	must_commit(&f, 1, 1, 1000, b);
	/* the branch moves while our pack is on its way */
	script(&f, "central/records.git/hooks/pre-receive", "#!/bin/sh\n"
	    "unset GIT_QUARANTINE_PATH\n"
	    "x=$(git -c user.name=x -c user.email=x commit-tree -m x -p %s "
	    "%s^{tree}) && git update-ref %s $x\n", a, a, REF0);
	s.old = a;
	assert_int_equal(push_all(&s, &e), 0);
	assert_false(r.ok);
	assert_true(*r.reason);
	push_result_release(&r);
	/* and at the next try OLD is not what it was */
	assert_int_equal(push_all(&s, &e), 0);
	assert_false(r.ok);
	push_result_release(&r);
	fix_close(&f);
}

static void
test_too_large(void **state)
{
	struct push_result r;
	struct err e = ERR_INIT;
	struct fix f;
	char a[CANON_ID_LEN];
	struct send s = {.f = &f, .ref = REF0, .old = "", .r = &r};

	(void)state;
	fix_open(&f);
	must_commit(&f, 0, 1, 8 << 20, a);
	assert_int_equal(box_sh(NULL, "git -C '%s/records.git' config "
	    "receive.maxInputSize 1m", f.url), 0);
	/* the server stops reading early: what it says is still heard */
	if (push_all(&s, &e) < 0)
		fail_msg("%s", e.what);
	assert_false(r.ok);
	assert_true(*r.reason);
	assert_non_null(strstr(buf_str(&r.text), "maximum allowed size"));
	push_result_release(&r);
	fix_close(&f);
}

/* Push through the fake NAME: must fail with CODE and TEXT. */
static void
fake_fails(struct fix *f, const char *name, enum err_code code,
	const char *text)
{
	struct push_result r;
	struct err e = ERR_INIT;
	struct send s = {.f = f, .ref = REF0, .old = "", .r = &r,
		.stall_ms = 700};
	int64_t begin = clock_mono_ms();

	use_fake(f, name);
	assert_int_equal(push_all(&s, &e), -1);
	if (e.code != code || !strstr(e.what, text))
		fail_msg("%s: %d '%s'", name, e.code, e.what);
	assert_false(r.ok);
	assert_in_range(clock_mono_ms() - begin, 0, 6000);
	push_result_release(&r);
}

#define ADVERTISE "git receive-pack --http-backend-info-refs " \
	"\"$(dirname \"$0\")/central/records.git\"\n"

static void
test_fakes(void **state)
{
	struct push_result r;
	struct err e = ERR_INIT;
	struct fix f;
	char a[CANON_ID_LEN];
	struct send s = {.f = &f, .ref = REF0, .old = "", .r = &r};

	(void)state;
	fix_open(&f);
	must_commit(&f, 0, 1, 4 << 20, a);

	script(&f, "noisy", "#!/bin/sh\necho 'Welcome to host'\nsleep 9\n");
	fake_fails(&f, "noisy", ERR_FORMAT, "protocol");
	script(&f, "denied", "#!/bin/sh\necho 'x: Permission denied' >&2\n"
	    "exit 255\n");
	fake_fails(&f, "denied", ERR_NET, "Permission denied");
	script(&f, "err", "#!/bin/sh\nprintf '000eERR go out'\n");
	fake_fails(&f, "err", ERR_NET, "go out");
	script(&f, "mute", "#!/bin/sh\nsleep 60\n");
	fake_fails(&f, "mute", ERR_NET, "does not answer");
	script(&f, "cut", "#!/bin/sh\n" ADVERTISE "head -c 1000 >/dev/null\n"
	    "echo 'disk full' >&2\n");
	fake_fails(&f, "cut", ERR_NET, "disk full");
	script(&f, "stuck", "#!/bin/sh\n" ADVERTISE "sleep 60\n");
	fake_fails(&f, "stuck", ERR_NET, "does not answer");
	script(&f, "fatal", "#!/bin/sh\n" ADVERTISE
	    "printf '000c\\003no room'\nsleep 60\n");
	fake_fails(&f, "fatal", ERR_NET, "no room");
	script(&f, "eats", "#!/bin/sh\n" ADVERTISE "cat >/dev/null\n"
	    "printf 0000\n");
	fake_fails(&f, "eats", ERR_FORMAT, "did not say");
	script(&f, "band", "#!/bin/sh\n" ADVERTISE "cat >/dev/null\n"
	    "printf '0006\\007x'\n");
	fake_fails(&f, "band", ERR_FORMAT, "band 7");
	script(&f, "sha256", "#!/bin/sh\nprintf '0060%%040d capabilities^{}\\0"
	    "report-status side-band-64k object-format=sha2560000' 0\n");
	fake_fails(&f, "sha256", ERR_FORMAT, "");
	script(&f, "old", "#!/bin/sh\nprintf '0045%%040d capabilities^{}\\0"
	    "ofs-delta 0000' 0\n");
	fake_fails(&f, "old", ERR_FORMAT, "");

	/* refused before all was sent: the reason is heard */
	script(&f, "early", "#!/bin/sh\n" ADVERTISE "head -c 1000 >/dev/null\n"
	    "printf '0016\\0010011unpack quota\\n'\n"
	    "printf '0031\\001002cng %s full\\n'\nprintf '00090010000'\n"
	    "printf 0000\n", REF0);
	use_fake(&f, "early");
	if (push_all(&s, &e) < 0)
		fail_msg("%s", e.what);
	assert_false(r.ok);
	assert_string_equal(r.reason, "quota");
	push_result_release(&r);

	/* ok, and then the line breaks: ok it is */
	script(&f, "ok", "#!/bin/sh\n" ADVERTISE "cat >/dev/null\n"
	    "printf '0013\\001000eunpack ok\\n'\n"
	    "printf '002c\\0010027ok %s\\n'\n", REF0);
	use_fake(&f, "ok");
	if (push_all(&s, &e) < 0)
		fail_msg("%s", e.what);
	assert_true(r.ok);
	push_result_release(&r);

	/* unpack failed: "ok" counts for nothing */
	script(&f, "liar", "#!/bin/sh\n" ADVERTISE "cat >/dev/null\n"
	    "printf '0014\\001000funpack bad\\n'\n"
	    "printf '002c\\0010027ok %s\\n'\n", REF0);
	use_fake(&f, "liar");
	assert_int_equal(push_all(&s, &e), 0);
	assert_false(r.ok);
	push_result_release(&r);
	fix_close(&f);
}

/* What a push needs beside the packs. */
static void
test_memory(void **state)
{
	struct push_result r;
	struct err e = ERR_INIT;
	struct fix f;
	char a[CANON_ID_LEN];
	struct send s = {.f = &f, .ref = REF0, .old = "", .r = &r};
	struct rusage u;
	int fds[2];
	long kib = 0, before = 0;
	pid_t pid;

	(void)state;
	fix_open(&f);
	must_commit(&f, 0, 3, 15 << 20, a);
	must_commit(&f, 1, 1, 15 << 20, a);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		getrusage(RUSAGE_SELF, &u);
		before = u.ru_maxrss;
		(void)!write(fds[1], &before, sizeof(before));
		s.rc = push_all(&s, &e);
		getrusage(RUSAGE_SELF, &u);
		(void)!write(fds[1], &u.ru_maxrss, sizeof(u.ru_maxrss));
		_exit(s.rc == 0 && r.ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &s.rc, 0), pid);
	assert_int_equal(s.rc, 0);
	assert_int_equal(read(fds[0], &before, sizeof(before)),
	    sizeof(before));
	assert_int_equal(read(fds[0], &kib, sizeof(kib)), sizeof(kib));
	close(fds[0]);
	close(fds[1]);
	print_message("60 MiB pushed with %ld KiB, %ld more than before\n",
	    kib, kib - before);
#ifndef LIUDI_SANITIZED
	assert_in_range(kib - before, 0, 8192);
#endif
	fix_close(&f);
}

/* --- a real sshd --- */

static int
start_sshd(struct fix *f, int port)
{
	char *conf = str_fmt("%s/sshd_config", f->box);
	const char *argv[] = {"/usr/sbin/sshd", "-D", "-e", "-f", conf, NULL};
	struct proc p = PROC_INIT;
	struct err e = ERR_INIT;
	int i, rc;

	if (access(argv[0], X_OK) < 0) {
		free(conf);
		return -1;
	}
	assert_int_equal(box_sh(NULL, "cd '%s' && ssh-keygen -q -t ed25519 -N "
	    "'' -f host && ssh-keygen -q -t ed25519 -N '' -f user && "
	    "cp user.pub keys; test -d /run/sshd || mkdir -p /run/sshd; :",
	    f->box), 0);
	script(f, "sshd_config", "Port %d\nListenAddress 127.0.0.1\n"
	    "HostKey %s/host\nAuthorizedKeysFile %s/keys\nStrictModes no\n"
	    "PidFile none\nPasswordAuthentication no\nUsePAM no\n"
	    "PermitRootLogin yes\n", port, f->box, f->box);
	assert_int_equal(proc_spawn(&p, argv, NULL, PROC_OUT | PROC_QUIET,
	    &e), 0);
	sshd_pid = p.pid;
	close(p.out);
	free(conf);
	for (i = 0; i < 50; i++) {
		rc = box_sh(NULL, "ssh -F /dev/null -p %d -i '%s/user' -o "
		    "BatchMode=yes -o StrictHostKeyChecking=no -o "
		    "UserKnownHostsFile=/dev/null 127.0.0.1 true", port,
		    f->box);
		if (rc == 0)
			return 0;
		usleep(50000);
	}
	return -1;
}

static void
test_ssh(void **state)
{
	struct err e = ERR_INIT;
	struct fix f;
	int port = 20000 + (int)(getpid() % 20000);
	char *url, *cmd;

	(void)state;
	fix_open(&f);
	if (start_sshd(&f, port) < 0) {
		print_message("skipped: no sshd here\n");
		goto out;
	}
	url = str_fmt("ssh://127.0.0.1:%d%s", port, f.url);
	cmd = str_fmt("ssh -F /dev/null -i %s/user -o BatchMode=yes -o "
	    "StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o "
	    "LogLevel=ERROR", f.box);
	central_release(&f.c);
	assert_int_equal(central_parse(&f.c, url, cmd, &e), 0);
	good_life(&f, PUSH_OWN);
	/* nobody at home */
	free(url);
	url = str_fmt("ssh://127.0.0.1:%d%s", port + 1, f.url);
	central_release(&f.c);
	assert_int_equal(central_parse(&f.c, url, cmd, &e), 0);
	assert_null(push_open(&f.c, PUSH_OWN, f.dir, &e));
	assert_int_equal(e.code, ERR_NET);
	assert_non_null(strstr(e.what, "refused"));
	free(url);
	free(cmd);
out:
	fix_close(&f);
}

/* --- smart http, by git's own http-backend behind a small server --- */

static const char http_server[] =
	"import http.server, os, subprocess, sys\n"
	"class H(http.server.BaseHTTPRequestHandler):\n"
	"  protocol_version = 'HTTP/1.1'\n"
	"  def log_message(self, *a): pass\n"
	"  def body(self):\n"
	"    if self.headers.get('Transfer-Encoding') != 'chunked':\n"
	"      n = int(self.headers.get('Content-Length') or 0)\n"
	"      return self.rfile.read(n)\n"
	"    out = b''\n"
	"    while True:\n"
	"      n = int(self.rfile.readline(), 16)\n"
	"      out += self.rfile.read(n)\n"
	"      self.rfile.readline()\n"
	"      if n == 0: return out\n"
	"  def do(self):\n"
	"    data = self.body()\n"
	"    path, _, query = self.path.partition('?')\n"
	"    env = dict(os.environ, GIT_PROJECT_ROOT=sys.argv[1],\n"
	"      GIT_HTTP_EXPORT_ALL='1', PATH_INFO=path, QUERY_STRING=query,\n"
	"      REQUEST_METHOD=self.command, REMOTE_USER='x',\n"
	"      CONTENT_TYPE=self.headers.get('Content-Type') or '',\n"
	"      CONTENT_LENGTH=str(len(data)))\n"
	"    r = subprocess.run(['git', 'http-backend'], input=data, env=env,\n"
	"      stdout=subprocess.PIPE).stdout\n"
	"    head, _, rest = r.partition(b'\\r\\n\\r\\n')\n"
	"    lines = [l.split(': ', 1) for l in head.decode().split('\\r\\n')]\n"
	"    status = [v for k, v in lines if k == 'Status'] or ['200']\n"
	"    self.send_response(int(status[0].split()[0]))\n"
	"    for k, v in lines:\n"
	"      if k != 'Status': self.send_header(k, v)\n"
	"    self.send_header('Content-Length', str(len(rest)))\n"
	"    self.end_headers()\n"
	"    self.wfile.write(rest)\n"
	"  do_GET = do_POST = do\n"
	"s = http.server.HTTPServer(('127.0.0.1', 0), H)\n"
	"print(s.server_port, flush=True)\n"
	"s.serve_forever()\n";

static pid_t http_pid = -1;

/* Its port, or -1 without python. */
static int
start_http(struct fix *f)
{
	const char *argv[] = {"python3", "-c", http_server, f->url, NULL};
	struct proc p = PROC_INIT;
	struct err e = ERR_INIT;
	char text[16] = "";
	ssize_t n;

	if (box_sh(NULL, "python3 -c ''") != 0)
		return -1;
	assert_int_equal(proc_spawn(&p, argv, NULL, PROC_OUT | PROC_QUIET,
	    &e), 0);
	http_pid = p.pid;
	/* the whole line: it dies if nobody takes its end */
	for (n = 0; n < 15 && read(p.out, text + n, 1) == 1; n++)
		if (text[n] == '\n')
			break;
	close(p.out);
	return n > 0 ? (int)strtol(text, NULL, 10) : -1;
}

static void
test_http(void **state)
{
	struct err e = ERR_INIT;
	struct fix f;
	char *url, id[CANON_ID_LEN];
	struct push *p;
	int port;

	(void)state;
	fix_open(&f);
	port = start_http(&f);
	if (port < 0) {
		print_message("skipped: no python3 here\n");
		fix_close(&f);
		return;
	}
	/* plain http, which only a test may use */
	url = f.c.url;
	f.c.url = str_fmt("http://127.0.0.1:%d", port);
	f.c.kind = CENTRAL_HTTPS;
	free(url);
	good_life(&f, PUSH_OWN);
	/* the fallback sees the same branch */
	p = push_open(&f.c, PUSH_STOCK, f.dir, &e);
	if (!p)
		fail_msg("%s", e.what);
	assert_int_equal(push_advertised(p, REF0, id), 1);
	push_close(p);
	/* nobody there */
	free(f.c.url);
	f.c.url = str_dup("http://127.0.0.1:1");
	assert_null(push_open(&f.c, PUSH_OWN, f.dir, &e));
	assert_int_equal(e.code, ERR_NET);
	fix_close(&f);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0)
		return -1;
	key = sshkey_generate(&e);
	return key ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	if (sshd_pid > 0) {
		kill(sshd_pid, SIGTERM);
		waitpid(sshd_pid, NULL, 0);
	}
	if (http_pid > 0) {
		kill(http_pid, SIGTERM);
		waitpid(http_pid, NULL, 0);
	}
	sshkey_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_stock),
		cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_concurrent),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_fakes),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_ssh),
		cmocka_unit_test(test_http)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
