/* source/source.c - walk a tree depth-first by descriptors, in byte order. */
#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "source/database.h"
#include "source/source_int.h"

#include "base/banned.h"

#define KEEP_OPEN 32		/* levels whose descriptors stay open */
#define GLOB_MAX 63		/* bits of source_frame.match, less the last */
#define FRAMES_FIRST 16

const char *
source_state_name(enum source_state s)
{
	static const char *const names[] = {
		"ok", "partial", "missing", "blocked", "unreadable"
	};

	return (size_t)s < sizeof(names) / sizeof(names[0]) ? names[s] : "?";
}

/* --- The report. */

/* Clean UTF-8 of TEXT into the reason, cut between characters. */
static void
set_reason(struct source *s, const char *text)
{
	struct buf b = BUF_INIT(1 << 16);
	size_t n;

	/* Without memory the state alone has to do. */
	if (utf8_add_shown(&b, text, strlen(text), NULL) == 0) {
		n = b.len < sizeof(s->report.reason) ? b.len :
		    sizeof(s->report.reason) - 1;
		while (n > 0 && n < b.len && (b.data[n] & 0xc0) == 0x80)
			n--;
		memcpy(s->report.reason, buf_str(&b), n);
		s->report.reason[n] = '\0';
	}
	buf_release(&b);
}

void
source_note(struct source *s, const char *fmt, ...)
{
	char text[PATH_MAX_LEN + 512];
	va_list ap;

	if (s->report.state == SOURCE_OK) {
		s->report.state = SOURCE_PARTIAL;
		s->report.reason[0] = '\0';	/* a remark gives way */
	}
	if (s->report.reason[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set_reason(s, text);
}

void
source_unreadable(struct source *s, const char *why)
{
	s->report.unreadable++;
	source_note(s, "%s", why);
}

void
source_remark(struct source *s, const char *text)
{
	if (s->report.state == SOURCE_OK)
		set_reason(s, text);
}

/* The walk could not see something: PATH, for errno value SYS. */
static void
not_seen(struct source *s, const char *what, const char *path, int sys)
{
	s->report.unreadable++;
	s->report.complete = false;
	/* What failed and why come first: a long path may be cut. */
	source_note(s, "%s: %s: '%s'", what, strerror(sys),
	    path[0] != '\0' ? path : ".");
}

const struct source_report *
source_report(const struct source *s)
{
	return &s->report;
}

/* --- The root. */

/* Backslashes out; in place. */
static void
unquote(char *s)
{
	char *out = s;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		*out++ = *s;
	}
	*out = '\0';
}

static int
add_glob(struct source *s, const char *text, size_t n, struct err *e)
{
	if (s->nglob == GLOB_MAX) {
		(void)err_set(e, ERR_CONFIG, "source '%s': path with more than "
		    "%d components behind the first glob", s->cfg->name,
		    GLOB_MAX);
		return err_hint(e, "write '**' for many folders");
	}
	s->glob[s->nglob] = str_ndup(text, n);
	if (!s->glob[s->nglob])
		return err_nomem(e);
	s->nglob++;
	return 0;
}

/* Where the first component with a glob begins, or the end of PATH. */
static const char *
first_glob(const char *path)
{
	char part[256];
	const char *p = path;
	size_t n;

	for (; *p != '\0'; p += n + (p[n] == '/')) {
		n = strcspn(p, "/");
		/* A longer one is no name, with or without a glob. */
		if (n < sizeof(part)) {
			memcpy(part, p, n);
			part[n] = '\0';
			if (path_has_glob(part))
				break;
		}
	}
	return p;
}

/* True if the (unquoted) PATH is there and no folder. */
static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/*
 * Cut the configured path into the folder to start at (heap) and components
 * to match.  Where it has no globs and is a file, its name is one component.
 */
static int
split_path(struct source *s, char **root_out, struct err *e)
{
	const char *path = s->cfg->path;
	const char *p = first_glob(path);
	char *root = str_ndup(path, (size_t)(p - path));
	size_t n;

	*root_out = root;
	s->glob = calloc(GLOB_MAX, sizeof(*s->glob));
	if (!root || !s->glob)
		return err_nomem(e);
	unquote(root);
	if (*p == '\0' && is_file(root)) {
		p = path_name(path);
		root[strlen(root) - strlen(path_name(root))] = '\0';
	}
	for (; *p != '\0'; p += n + (p[n] == '/')) {
		n = strcspn(p, "/");
		if (n > 0 && add_glob(s, p, n, e) < 0)
			return -1;
	}
	return 0;
}

/* No root, for errno value SYS. */
static void
no_root(struct source *s, const char *path, int sys)
{
	const bool gone = sys == ENOENT || sys == ENOTDIR;

	source_note(s, "%s: '%s'", gone ? "not there" : strerror(sys), path);
	s->report.state = gone ? SOURCE_MISSING : SOURCE_UNREADABLE;
	s->report.complete = false;
	s->done = true;
}

static int push(struct source *s, int parent, const char *name,
	size_t path_len, uint64_t match, bool included, struct err *e);
static uint64_t accepted(const struct source *s);
static uint64_t close_match(const struct source *s, uint64_t match);

static int
open_root(struct source *s, const char *path, struct err *e)
{
	s->root = realpath(path, NULL);
	if (!s->root) {
		if (errno == ENOMEM)
			return err_nomem(e);
		no_root(s, path, errno);
		return 0;
	}
	s->root_fd = open(s->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->root_fd < 0) {
		no_root(s, path, errno);
		return 0;
	}
	s->matched = s->nglob == 0;
	if (push(s, s->root_fd, ".", 0, close_match(s, 1), false, e) < 0)
		return -1;
	if (s->depth > 0)
		return 0;
	/* Complete: nothing was unreadable, so it went just now. */
	if (s->report.complete) {
		no_root(s, path, ENOENT);
	} else {
		s->report.state = SOURCE_UNREADABLE;
		s->done = true;
	}
	return 0;
}

struct source *
source_open(const struct config_source *cfg, struct err *e)
{
	struct source *s = calloc(1, sizeof(*s));
	char *path = NULL;

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	s->cfg = cfg;
	s->root_fd = -1;
	s->report.complete = true;
	s->buf = malloc(FOLDER_BUF_LEN);
	if (!s->buf) {
		(void)err_nomem(e);
		goto fail;
	}
	if (split_path(s, &path, e) < 0 || open_root(s, path, e) < 0)
		goto fail;
	free(path);
	return s;
fail:
	free(path);
	source_close(s);
	return NULL;
}

void
source_close(struct source *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->cap; i++) {
		folder_release(&s->frame[i].folder);
		if (i < s->depth && s->frame[i].fd >= 0)
			(void)close(s->frame[i].fd);	/* read only */
	}
	free(s->frame);
	for (i = 0; i < SOURCE_HELD_MAX; i++)
		source_held_release(&s->held[i]);
	for (i = 0; i < s->nglob; i++)
		free(s->glob[i]);
	free(s->glob);
	if (s->root_fd >= 0)
		(void)close(s->root_fd);	/* read only */
	free(s->root);
	free(s->buf);
	free(s);
}

void
source_skip(struct source *s, const char *dir)
{
	struct stat st;

	s->skip = stat(dir, &st) == 0;
	if (s->skip) {
		s->skip_dev = st.st_dev;
		s->skip_ino = st.st_ino;
	}
}

/* --- The glob: bit i of a match says that components from i on must follow. */

static bool
is_any(const char *component)
{
	return strcmp(component, "**") == 0;
}

/* The last bit: nothing more is asked of what is below. */
static uint64_t
accepted(const struct source *s)
{
	return UINT64_C(1) << s->nglob;
}

/* "**" may also stand for nothing. */
static uint64_t
close_match(const struct source *s, uint64_t match)
{
	size_t i;

	for (i = 0; i < s->nglob; i++)
		if ((match >> i & 1) && is_any(s->glob[i]))
			match |= UINT64_C(1) << (i + 1);
	return match & accepted(s) ? accepted(s) : match;
}

static uint64_t
next_match(const struct source *s, uint64_t match, const char *name)
{
	uint64_t next = match & accepted(s);
	size_t i;

	if (next)
		return next;
	for (i = 0; i < s->nglob; i++) {
		if (!(match >> i & 1))
			continue;
		if (is_any(s->glob[i]))
			next |= UINT64_C(1) << i;
		else if (path_match(s->glob[i], name))
			next |= UINT64_C(1) << (i + 1);
	}
	return close_match(s, next);
}

/* The one name that a folder with MATCH can hold (heap), if it is but one. */
static char *
only_name(const struct source *s, uint64_t match)
{
	size_t i;
	char *name;

	for (i = 0; i < s->nglob; i++)
		if (match == UINT64_C(1) << i && !path_has_glob(s->glob[i])) {
			name = str_dup(s->glob[i]);
			if (name)
				unquote(name);
			return name;
		}
	return NULL;
}

/* --- Frames. */

int
source_open_at(int dir, const char *name, int flags)
{
	return openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
}

int
source_descend(int fd, const char *path, size_t n, int flags)
{
	const char *end = path + n;
	char name[256];
	size_t len;
	int at = -1, next, sys;
	bool last;

	if (n == 0)
		return source_open_at(fd, ".", flags);
	do {
		len = strcspn(path, "/");
		if (len > (size_t)(end - path))
			len = (size_t)(end - path);
		last = path + len == end;
		if (len >= sizeof(name)) {
			next = -1;
			sys = ENAMETOOLONG;
		} else {
			memcpy(name, path, len);
			name[len] = '\0';
			next = source_open_at(at < 0 ? fd : at, name,
			    last ? flags : O_PATH | O_DIRECTORY);
			sys = errno;
		}
		if (at >= 0)
			(void)close(at);	/* read only */
		at = next;
		path += len + 1;
	} while (at >= 0 && !last);
	if (at < 0)
		errno = sys;
	return at;
}

static int
frame_flags(const struct source_frame *f)
{
	return O_DIRECTORY | (f->look ? O_PATH : O_RDONLY);
}

static bool
is_gone(int sys)
{
	return sys == ENOENT || sys == ENOTDIR || sys == ELOOP;
}

static int
grow_frames(struct source *s, struct err *e)
{
	struct source_frame *grown;
	size_t cap = s->cap > 0 ? 2 * s->cap : FRAMES_FIRST;

	grown = realloc(s->frame, cap * sizeof(*grown));
	if (!grown)
		return err_nomem(e);
	memset(grown + s->cap, 0, (cap - s->cap) * sizeof(*grown));
	s->frame = grown;
	s->cap = cap;
	return 0;
}

/* Read the names of frame F; ONLY: the one that matters, or NULL. */
static int
read_names(struct source *s, struct source_frame *f, const char *only,
	struct err *e)
{
	struct err local = ERR_INIT;
	int rc;

	rc = only ? folder_look(&f->folder, f->fd, only, &local) :
	    folder_read(&f->folder, f->fd, s->buf, &local);
	if (rc < 0 && local.code == ERR_NOMEM && local.sys == 0)
		return err_nomem(e);
	if (rc < 0)
		not_seen(s, only ? "cannot search folder" :
		    "cannot read folder", s->path, local.sys);
	else if (f->folder.n == 0 && f->match == accepted(s) && s->depth > 1)
		s->report.empty_dirs++;
	return 0;
}

/*
 * Enter folder NAME of PARENT, whose path is the first PATH_LEN bytes of
 * s->path.  Returns 0, also if it is gone or cannot be read, or -1.
 */
static int
push(struct source *s, int parent, const char *name, size_t path_len,
	uint64_t match, bool included, struct err *e)
{
	struct source_frame *f;
	struct stat st;
	char *only = only_name(s, match);
	int rc = -1;

	if (s->depth == s->cap && grow_frames(s, e) < 0)
		goto out;
	f = &s->frame[s->depth];
	f->look = only != NULL;
	f->next = 0;
	f->match = match;
	f->included = included;
	f->path_len = path_len;
	s->path[path_len] = '\0';
	f->fd = source_open_at(parent, name, frame_flags(f));
	if (f->fd < 0) {
		if (!is_gone(errno))
			not_seen(s, "cannot open folder", s->path, errno);
		rc = 0;
		goto out;
	}
	if (fstat(f->fd, &st) < 0) {
		(void)err_sys(e, errno, "cannot look at '%s'", s->path);
		(void)close(f->fd);	/* read only */
		goto out;
	}
	if (s->skip && s->depth > 0 && st.st_dev == s->skip_dev &&
	    st.st_ino == s->skip_ino) {
		(void)close(f->fd);	/* read only */
		s->report.skipped++;
		rc = 0;
		goto out;
	}
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	s->depth++;	/* closed with the source from here on */
	if (read_names(s, f, only, e) < 0)
		goto out;
	if (s->depth > KEEP_OPEN + 1 && f[-1].fd >= 0) {
		(void)close(f[-1].fd);	/* found again by its path */
		f[-1].fd = -1;
	}
	rc = 0;
out:
	free(only);
	return rc;
}

/* Open the top frame again, which was closed for those below it. */
static void
reopen(struct source *s)
{
	struct source_frame *f = &s->frame[s->depth - 1];
	const struct source_frame *from = &s->frame[KEEP_OPEN - 1];
	size_t at = from->path_len + 1;
	struct stat st;
	int sys;

	s->path[f->path_len] = '\0';
	f->fd = source_descend(from->fd, s->path + at, f->path_len - at,
	    frame_flags(f));
	sys = f->fd < 0 ? errno : 0;
	if (f->fd >= 0 && fstat(f->fd, &st) == 0 && st.st_dev == f->dev &&
	    st.st_ino == f->ino)
		return;
	if (f->fd >= 0)
		(void)close(f->fd);	/* another folder of that name */
	f->fd = -1;
	/* What was not looked at is as unknown as a folder without access. */
	if (f->next < f->folder.n)
		not_seen(s, "cannot come back to folder", s->path,
		    sys != 0 ? sys : ENOENT);
	f->next = f->folder.n;
}

static void
pop(struct source *s)
{
	struct source_frame *f = &s->frame[s->depth - 1];

	if (f->fd >= 0)
		(void)close(f->fd);	/* read only */
	f->fd = -1;
	s->depth--;
	if (s->depth > 0 && f[-1].fd < 0)
		reopen(s);
}

/* --- Entries. */

bool
source_is_database(int fd, uint8_t head[static 100])
{
	ssize_t n = pread(fd, head, 100, 0);

	return n == 100 && database_is(head);
}

static bool
names_database(int dir, const char *name)
{
	uint8_t head[100];
	bool yes;
	int fd = source_open_at(dir, name, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return false;
	yes = source_is_database(fd, head);
	(void)close(fd);	/* read only */
	return yes;
}

/* True if the file BASE is a database, whose sides are no entries. */
static bool
takes_sides(struct source *s, struct source_frame *f,
	struct folder_item *base)
{
	if (!(base->flags & FOLDER_LOOKED)) {
		base->flags |= FOLDER_LOOKED;
		if (s->cfg->databases && names_database(f->fd, base->name))
			base->flags |= FOLDER_DATABASE;
	}
	return base->flags & FOLDER_DATABASE;
}

static int64_t
newer(const struct timespec *a, const struct timespec *b, uint32_t *nsec)
{
	if (b && (b->tv_sec > a->tv_sec || (b->tv_sec == a->tv_sec &&
	    b->tv_nsec > a->tv_nsec)))
		a = b;
	*nsec = (uint32_t)a->tv_nsec;
	return a->tv_sec;
}

void
source_fill(struct source_entry *entry, const struct stat *st,
	const struct stat *wal)
{
	entry->size = st->st_size;
	entry->mode = st->st_mode & 07777;
	entry->mtime_sec = newer(&st->st_mtim, wal ? &wal->st_mtim : NULL,
	    &entry->mtime_nsec);
	entry->ctime_sec = newer(&st->st_ctim, wal ? &wal->st_ctim : NULL,
	    &entry->ctime_nsec);
	entry->ident = st->st_ino;
	/* Another -wal of another length shows even at the same time. */
	if (wal)
		entry->ident ^= ((uint64_t)wal->st_ino * 31 +
		    (uint64_t)wal->st_size) * UINT64_C(0x9e3779b97f4a7c15);
}

static bool
matches_any(char **pattern, size_t n, const char *path)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (path_match(pattern[i], path))
			return true;
	return false;
}

/* True if all below folder s->path is left out. */
static bool
excludes_folder(struct source *s, size_t len)
{
	const struct config_source *cfg = s->cfg;
	bool hit = matches_any(cfg->exclude, cfg->nexclude, s->path);
	size_t i;

	if (hit || cfg->nexclude == 0)
		return hit;
	/* A name below it that says nothing of its own. */
	memcpy(s->path + len, "/.", 3);
	for (i = 0; i < cfg->nexclude && !hit; i++)
		hit = (str_ends(cfg->exclude[i], "/") ||
		    str_ends(cfg->exclude[i], "/**")) &&
		    path_match(cfg->exclude[i], s->path);
	s->path[len] = '\0';
	return hit;
}

/* The patterns on the file s->path; BASE_LEN: of the file it stands beside. */
static bool
wants_file(struct source *s, const struct source_frame *f, size_t len,
	size_t base_len)
{
	const struct config_source *cfg = s->cfg;
	const char saved = s->path[base_len];
	bool in = f->included || cfg->ninclude == 0;
	bool out = false;

	if (cfg->nexclude == 0 && in)
		return true;
	out = matches_any(cfg->exclude, cfg->nexclude, s->path);
	in = in || matches_any(cfg->include, cfg->ninclude, s->path);
	if (base_len < len) {
		s->path[base_len] = '\0';
		out = out || matches_any(cfg->exclude, cfg->nexclude, s->path);
		in = in || matches_any(cfg->include, cfg->ninclude, s->path);
		s->path[base_len] = saved;
	}
	return in && !out;
}

static int
enter(struct source *s, const struct source_frame *f, size_t len,
	const char *name, uint64_t match, struct err *e)
{
	const struct config_source *cfg = s->cfg;
	bool included = f->included;

	if (excludes_folder(s, len)) {
		s->report.skipped++;
		return 0;
	}
	if (!included && cfg->ninclude > 0)
		included = matches_any(cfg->include, cfg->ninclude, s->path);
	if (match == accepted(s))
		s->matched = true;
	return push(s, f->fd, name, len, match, included, e);
}

/* The -wal of NAME as a walk sees it; false if there is none. */
static bool
stat_wal(int dir, const char *name, struct stat *st)
{
	char wal[256 + 4];

	if (snprintf(wal, sizeof(wal), "%s-wal", name) >= (int)sizeof(wal))
		return false;
	return fstatat(dir, wal, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st->st_mode);
}

/* A regular file: 1 (*entry), or 0 if it is none after all. */
static int
give(struct source *s, struct source_frame *f, struct folder_item *item,
	size_t len, struct source_entry *entry)
{
	struct stat st, wal;
	bool has_wal = false;

	if (fstatat(f->fd, item->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (!is_gone(errno))
			not_seen(s, "cannot look at file", s->path, errno);
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return 0;	/* replaced since: the next run sees it */
	*entry = (struct source_entry){.path = s->path, .path_len = len};
	if ((item->flags & (FOLDER_WAL | FOLDER_JOURNAL)) &&
	    takes_sides(s, f, item)) {
		entry->database = true;
		has_wal = (item->flags & FOLDER_WAL) &&
		    stat_wal(f->fd, item->name, &wal);
	}
	source_fill(entry, &st, has_wal ? &wal : NULL);
	s->report.files++;
	s->report.bytes += st.st_size;
	return 1;
}

/* Look at one item: 1 (*entry), 0 (nothing to give) or -1. */
static int
visit(struct source *s, struct source_frame *f, struct folder_item *item,
	struct source_entry *entry, struct err *e)
{
	struct folder_item *base = item->flags & FOLDER_SIDE ?
	    &f->folder.item[item->base] : item;
	uint64_t match = next_match(s, f->match, base->name);
	size_t at = f->path_len + (f->path_len > 0);
	size_t len = at + item->len;

	if (match == 0 || (item->type != DT_DIR && match != accepted(s)))
		return 0;
	if (base != item && takes_sides(s, f, base))
		return 0;
	if (item->type == DT_LNK) {
		s->report.symlinks++;
		return 0;
	}
	if (item->type != DT_DIR && item->type != DT_REG) {
		s->report.special++;
		return 0;
	}
	if (len > PATH_MAX_LEN) {
		s->report.skipped++;
		return 0;
	}
	if (f->path_len > 0)
		s->path[f->path_len] = '/';
	memcpy(s->path + at, item->name, (size_t)item->len + 1);
	if (item->type == DT_DIR)
		return enter(s, f, len, item->name, match, e);
	s->matched = true;
	if (!wants_file(s, f, len, at + base->len)) {
		s->report.skipped++;
		return 0;
	}
	return give(s, f, item, len, entry);
}

static void
finish(struct source *s)
{
	s->done = true;
	if (s->matched || s->report.state != SOURCE_OK)
		return;
	source_note(s, "nothing matches '%s'", s->cfg->path);
	s->report.state = SOURCE_MISSING;
	s->report.complete = false;
}

void
source_block(struct source *s, const char *why)
{
	s->report.reason[0] = '\0';
	source_note(s, "%s", why);
	s->report.state = SOURCE_BLOCKED;
	s->report.complete = false;
	s->done = true;
}

int
source_next(struct source *s, struct source_entry *entry, struct err *e)
{
	struct source_frame *f;
	int rc;

	while (!s->done) {
		if (s->depth == 0) {
			finish(s);
			break;
		}
		f = &s->frame[s->depth - 1];
		if (f->next == f->folder.n) {
			pop(s);
			continue;
		}
		rc = visit(s, f, &f->folder.item[f->next++], entry, e);
		if (rc != 0)
			return rc;
	}
	return 0;
}
