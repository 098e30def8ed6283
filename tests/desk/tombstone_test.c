/* tests/desk/tombstone_test.c - orders of erasure: which of them count. */
#include "../control/team.h"

#include "desk/erased.h"
#include "desk/numbered.h"
#include "desk/tombstone.h"

#define REF "refs/heads/ws/ws-01/main/2023.0"
#define HEAD "0123456789abcdef0123456789abcdef01234567"
#define OTHER "1123456789abcdef0123456789abcdef01234567"
#define NOW (T0 + 1000)

static char *a, *d;		/* clones of control and desk */
static char first[CANON_ID_LEN];	/* commit of control with the period */

static void
head_of(char id[static CANON_ID_LEN])
{
	struct err e = ERR_INIT;
	struct control c;

	if (control_load(&c, a, NULL, &e) < 0)
		fail_msg("%s", e.what);
	memcpy(id, c.commit, CANON_ID_LEN);
	control_release(&c);
}

static int
start(void **state)
{
	struct err e = ERR_INIT;

	if (fresh(state) < 0)
		return -1;
	a = clone("a");
	d = clone("d");
	begin(a, owner, "owner");
	assert_int_equal(edit(a, "owner", owner, T0, "retention.ini",
	    "[stream main]\nkeep_years = 2\n", &e), 0);
	head_of(first);
	return 0;
}

static int
stop(void **state)
{
	free(a);
	free(d);
	return forget(state);
}

static void
order(struct tombstone_order *o)
{
	memset(o, 0, sizeof(*o));
	memcpy(o->ref, REF, sizeof(REF));
	memcpy(o->head, HEAD, sizeof(HEAD));
	o->seq = 17;
	o->manifest[0] = 0xab;
	memcpy(o->control, first, sizeof(first));
	memcpy(o->by, "manager", 8);
	o->date = T0;
	memcpy(o->reason, "over", 5);
}

/* A file of desk.git. */
static void
put(const char *path, const void *data, size_t n)
{
	const struct control_file f = {path, data, n};
	const struct edit_job job = {&central, "desk", d, "manager", manager,
	    T0, "x", &f, 1};
	struct err e = ERR_INIT;

	if (edit_commit(&job, &e) < 0)
		fail_msg("%s", e.what);
}

/* Order N, signed by KEYS (NULL at the end). */
static void
put_order(int64_t n, const struct tombstone_order *o,
	const struct sshkey *const keys[])
{
	struct buf text = BUF_INIT(TOMBSTONE_MAX);
	struct buf sig = BUF_INIT(TOMBSTONE_MAX);
	char path[TOMBSTONE_PATH_LEN];
	struct err e = ERR_INIT;
	struct sshkey_pub pub;

	assert_int_equal(tombstone_text(o, &text, &e), 0);
	tombstone_path(n, NULL, path);
	put(path, text.data, text.len);
	for (; *keys; keys++) {
		buf_clear(&sig);
		assert_int_equal(tombstone_sign(*keys, text.data, text.len,
		    &sig, &e), 0);
		sshkey_public(*keys, &pub);
		tombstone_path(n, &pub, path);
		put(path, sig.data, sig.len);
	}
	buf_release(&text);
	buf_release(&sig);
}

struct at {
	struct mirror *desk, *clone;
	struct control control;
	struct tombstones t;
};

static void
at_open(struct at *k)
{
	struct err e = ERR_INIT;

	assert_int_equal(control_load(&k->control, a, NULL, &e), 0);
	k->clone = mirror_open(a, &e);
	k->desk = mirror_open(d, &e);
	assert_non_null(k->clone);
	assert_non_null(k->desk);
	if (tombstones_load(&k->t, k->desk, k->clone, &k->control, &e) < 0)
		fail_msg("%s", e.what);
}

static void
at_close(struct at *k)
{
	tombstones_release(&k->t);
	mirror_close(k->clone);
	mirror_close(k->desk);
	control_release(&k->control);
}

/* What is said of REF and HEAD; WANT "" = it holds. */
static void
says(enum tombstone_for what, const char *head, const char *want)
{
	char why[TOMBSTONE_WHY_LEN];
	const struct tombstone *found;
	struct err e = ERR_INIT;
	struct at k;

	at_open(&k);
	assert_int_equal(tombstones_find(&k.t, REF, head, what, NOW, &found,
	    why, &e), 0);
	assert_true((found != NULL) == (want[0] == '\0'));
	if (!found)
		assert_string_equal(why, want);
	at_close(&k);
}

static void
has_one_text(void **state)
{
	struct buf text = BUF_INIT(TOMBSTONE_MAX);
	struct tombstone_order o, back;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	memcpy(first, HEAD, sizeof(first));
	order(&o);
	assert_int_equal(tombstone_text(&o, &text, &e), 0);
	assert_int_equal(tombstone_parse(&back, buf_str(&text), text.len, &e),
	    0);
	assert_memory_equal(&o, &back, sizeof(o));
	for (i = 0; i < text.len; i++)
		assert_int_equal(tombstone_parse(&back, buf_str(&text), i,
		    &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	/* another form of the same */
	memmove(strstr((char *)text.data, " 17 ") + 1, "+17", 3);
	assert_int_equal(tombstone_parse(&back, buf_str(&text), text.len, &e),
	    -1);
	buf_clear(&text);
	memcpy(o.ref, "refs/heads/receipts", 20);
	assert_int_equal(tombstone_text(&o, &text, &e), 0);
	assert_int_equal(tombstone_parse(&back, buf_str(&text), text.len, &e),
	    -1);
	buf_release(&text);
}

static void
counts_roots(void **state)
{
	const struct sshkey *const none[] = {NULL};
	const struct sshkey *const one[] = {manager, NULL};
	const struct sshkey *const other[] = {manager, stranger, NULL};
	const struct sshkey *const two[] = {manager, second, NULL};
	const char *names[TOMBSTONE_SIGS];
	char why[TOMBSTONE_WHY_LEN];
	struct err e = ERR_INIT;
	struct tombstone_order o;
	struct at k;

	(void)state;
	order(&o);
	put_order(0, &o, none);
	says(TOMBSTONE_TO_ERASE, HEAD, "no root key signed it");
	put_order(1, &o, one);
	says(TOMBSTONE_TO_ERASE, HEAD, "only one root key signed it");
	says(TOMBSTONE_TO_MISS, HEAD, "only one root key signed it");
	put_order(2, &o, other);
	says(TOMBSTONE_TO_ERASE, HEAD, "only one root key signed it");
	put_order(3, &o, two);
	says(TOMBSTONE_TO_ERASE, HEAD, "");
	says(TOMBSTONE_TO_MISS, NULL, "");
	at_open(&k);
	assert_int_equal(k.t.n, 4);
	assert_int_equal(tombstone_signers(&k.t.v[3], &k.control.roots,
	    names), 2);
	assert_int_equal(tombstone_odd(&k.t, &k.t.v[3], why, &e), 0);
	assert_int_equal(tombstone_odd(&k.t, &k.t.v[1], why, &e), 0);
	assert_int_equal(tombstone_odd(&k.t, &k.t.v[2], why, &e), 1);
	assert_string_equal(why, "a key that is no root signed it");
	at_close(&k);
}

/* The box was fooled: what it says goes only where an order says so. */
static void
nothing_goes_by_the_box_alone(void **state)
{
	const struct sshkey *const one[] = {manager, NULL};
	const struct sshkey *const two[] = {manager, second, NULL};
	struct buf lost = BUF_INIT(1024), none = BUF_INIT(1);
	const struct drop_ref v[] = {{REF, HEAD}, {REF, OTHER}};
	struct deskhome h = {.control = a, .desk = d};
	struct err e = ERR_INIT;
	struct tombstone_order o;

	(void)state;
	h.pin = str_fmt("%s/no-pin", dir);
	assert_int_equal(buf_adds(&lost, REF " " HEAD " -\n", &e), 0);
	order(&o);
	put_order(0, &o, one);
	assert_int_equal(erased_ordered(&h, &lost, v, 1, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	err_clear(&e);
	put_order(1, &o, two);
	assert_int_equal(erased_ordered(&h, &lost, v, 1, &e), 0);
	/* another head; and one that the central still has */
	assert_int_equal(erased_ordered(&h, &lost, v, 2, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	err_clear(&e);
	assert_int_equal(erased_ordered(&h, &none, v, 1, &e), -1);
	free(h.pin);
	buf_release(&lost);
}

/* What was received, or witnessed, behind the head of an order. */
static void
reaches_as_far_as_its_head(void **state)
{
	const struct sshkey *const one[] = {manager, NULL};
	const struct sshkey *const two[] = {manager, second, NULL};
	static const uint8_t sum[32] = {0xab}, sum2[32] = {0xac};
	struct erased_receipts r;
	struct err e = ERR_INIT;
	struct tombstone_order o;
	struct at k;
	bool gone;

	(void)state;
	order(&o);
	put_order(0, &o, two);
	/* by one alone, for all that was received */
	memcpy(o.head, OTHER, sizeof(OTHER));
	o.seq = 99;
	put_order(1, &o, one);
	at_open(&k);

#define WITNESSED(seq, sum, want) do { \
	assert_int_equal(erased_gone(&k.t, k.desk, REF, seq, sum, NOW, \
	    &gone, &e), 0); \
	assert_int_equal(gone, want); \
	} while (0)
	WITNESSED(16, sum2, true);
	WITNESSED(17, sum, true);
	WITNESSED(17, sum2, false);
	WITNESSED(18, sum, false);

#define RECEIVED(ref, utc, want) do { \
	assert_int_equal(erased_receipts_gone(&r, ref, utc, &gone, &e), 0); \
	assert_int_equal(gone, want); \
	} while (0)
	assert_int_equal(erased_receipts_init(&r, &k.t, k.desk, NOW, &e), 0);
	/* nothing says where its head stands */
	erased_receipts_met(&r, REF, OTHER, T0 + 9);
	RECEIVED(REF, T0, false);
	erased_receipts_met(&r, REF "0", HEAD, T0 + 9);
	RECEIVED(REF, T0, false);
	/* given again: the first counts */
	erased_receipts_met(&r, REF, HEAD, T0 + 8);
	erased_receipts_met(&r, REF, HEAD, T0 + 5);
	erased_receipts_met(&r, REF, HEAD, T0 + 7);
	RECEIVED(REF, T0, true);
	RECEIVED(REF, T0 + 5, true);
	RECEIVED(REF, T0 + 6, false);
	RECEIVED(REF "0", T0, false);
	erased_receipts_release(&r);
	at_close(&k);
}

static void
keeps_to_the_rules(void **state)
{
	const struct sshkey *const two[] = {manager, second, NULL};
	struct tombstone_order o;
	struct err e = ERR_INIT;
	char why[TOMBSTONE_WHY_LEN];
	const struct tombstone *found;
	struct at k;

	(void)state;
	/* another head is another order */
	order(&o);
	memcpy(o.head, OTHER, sizeof(OTHER));
	put_order(0, &o, two);
	at_open(&k);
	assert_int_equal(tombstones_find(&k.t, REF, HEAD, TOMBSTONE_TO_ERASE,
	    NOW, &found, why, &e), 0);
	assert_null(found);
	assert_string_equal(why, "");
	at_close(&k);
	order(&o);
	o.date = INT64_C(1767225599);
	put_order(1, &o, two);
	says(TOMBSTONE_TO_ERASE, HEAD,
	    "it was made before the period had passed");
	o.date = NOW + 601;
	put_order(2, &o, two);
	says(TOMBSTONE_TO_MISS, HEAD, "it is dated in the future");
	order(&o);
	memcpy(o.control, OTHER, sizeof(OTHER));
	put_order(3, &o, two);
	says(TOMBSTONE_TO_ERASE, HEAD,
	    "it names a state of control that never was");
	/* no form at all, then what would hold but for a hold of today */
	put("erasure/4.order", "erase " REF " " HEAD " 0 00\n", 70);
	order(&o);
	put_order(5, &o, two);
	says(TOMBSTONE_TO_ERASE, HEAD, "");
	assert_int_equal(edit(a, "owner", owner, T0 + 1, "retention.ini",
	    "[stream main]\nkeep_years = 2\n[hold x]\nrefs = refs/heads/ws/\n",
	    &e), 0);
	says(TOMBSTONE_TO_ERASE, HEAD, "hold 'x' forbids it");
	says(TOMBSTONE_TO_MISS, HEAD, "");
	at_open(&k);
	assert_int_equal(tombstone_odd(&k.t, &k.t.v[4], why, &e), 1);
	assert_string_equal(why, "it is no order");
	at_close(&k);
}

/* Who has left signs nothing away, but what he signed stays true. */
static void
outlives_its_signers(void **state)
{
	const struct sshkey *const two[] = {manager, second, NULL};
	const struct sshkey *const more[] = {owner, NULL};
	struct buf roots = BUF_INIT(4096), sig = BUF_INIT(4096);
	char path[TOMBSTONE_PATH_LEN];
	struct tombstone_order o;
	struct err e = ERR_INIT;
	struct sshkey_pub pub;
	char why[TOMBSTONE_WHY_LEN];
	struct at k;

	(void)state;
	order(&o);
	put_order(0, &o, two);
	add_root(&roots, "owner", owner);
	add_root(&roots, "manager", manager);
	assert_int_equal(edit(a, "owner", owner, T0 + 1, "roots",
	    buf_str(&roots), &e), 0);
	says(TOMBSTONE_TO_ERASE, HEAD,
	    "those who signed it are no roots any more");
	says(TOMBSTONE_TO_MISS, HEAD, "");
	/* a root of today may sign it too; a broken signature is none */
	at_open(&k);
	assert_int_equal(tombstone_sign(more[0], k.t.v[0].text.data,
	    k.t.v[0].text.len, &sig, &e), 0);
	at_close(&k);
	sshkey_public(more[0], &pub);
	tombstone_path(0, &pub, path);
	put(path, sig.data, sig.len);
	says(TOMBSTONE_TO_ERASE, HEAD, "");
	put("erasure/0.0123456789abcdef.sig", sig.data, sig.len);
	put("erasure/0.1123456789abcdef.sig", "x\n", 2);
	says(TOMBSTONE_TO_ERASE, HEAD, "");
	at_open(&k);
	assert_int_equal(k.t.v[0].nbad, 2);
	assert_int_equal(tombstone_odd(&k.t, &k.t.v[0], why, &e), 1);
	at_close(&k);
	buf_release(&roots);
	buf_release(&sig);
}

static void
nothing_is_no_order(void **state)
{
	struct tombstones t;
	struct control c;
	struct err e = ERR_INIT;

	(void)state;
	memset(&c, 0, sizeof(c));
	assert_int_equal(tombstones_load(&t, NULL, NULL, &c, &e), 0);
	assert_int_equal(t.n, 0);
	tombstones_release(&t);
}

/* A file that one manager put there stands in no later order's way. */
static void
numbers_that_are_taken(void **state)
{
	const struct sshkey *const one[] = {manager, NULL};
	struct tombstone_order o;
	struct at k;

	(void)state;
	order(&o);
	put_order(999999999, &o, one);
	put("erasure/1000000000.order", "x", 1);
	put("erasure/2.0123456789abcdef.sig", "x", 1);
	put("erasure/4.order/x", "x", 1);
	put("erasure/else", "x", 1);
	at_open(&k);
	assert_int_equal(k.t.n, 1);
	assert_int_equal(tombstones_free(&k.t, 1), 0);
	assert_int_equal(tombstones_free(&k.t, 2), 0);
	assert_int_equal(tombstones_free(&k.t, 3), 5);
	at_close(&k);
	put_order(0, &o, one);
	at_open(&k);
	assert_int_equal(tombstones_free(&k.t, 1), 1);
	assert_int_equal(tombstones_free(&k.t, 2), 5);
	at_close(&k);
}

/* "M" of git fast-import: a file of erasure/. */
static void
import(struct buf *out, const char *path, const struct buf *data)
{
	struct err e = ERR_INIT;

	assert_int_equal(buf_addf(out, &e, "M 100644 inline %s\ndata %zu\n",
	    path, data->len), 0);
	assert_int_equal(buf_add(out, data->data, data->len, &e), 0);
	assert_int_equal(buf_addc(out, '\n', &e), 0);
}

/* Order N as put_order() has it, into a commit of many. */
static void
import_order(struct buf *out, int64_t n, const struct tombstone_order *o,
	const struct sshkey *const keys[])
{
	struct buf text = BUF_INIT(TOMBSTONE_MAX), sig = BUF_INIT(4096);
	char path[TOMBSTONE_PATH_LEN];
	struct err e = ERR_INIT;
	struct sshkey_pub pub;

	assert_int_equal(tombstone_text(o, &text, &e), 0);
	tombstone_path(n, NULL, path);
	import(out, path, &text);
	for (; *keys; keys++) {
		buf_clear(&sig);
		assert_int_equal(tombstone_sign(*keys, text.data, text.len,
		    &sig, &e), 0);
		sshkey_public(*keys, &pub);
		tombstone_path(n, &pub, path);
		import(out, path, &sig);
	}
	buf_release(&text);
	buf_release(&sig);
}

/* One manager fills desk.git, or a stranger past the hooks; others erase. */
static void
who_floods_fills_his_own_share(void **state)
{
	const struct sshkey *const flood[] = {second, NULL};
	const struct sshkey *const both[] = {second, owner, NULL};
	const struct sshkey *const none[] = {NULL};
	const struct sshkey *const two[] = {manager, owner, NULL};
	const char *const argv[] = {"git", "--git-dir", d, "fast-import",
	    "--quiet", "--force", NULL};
	struct buf in = BUF_INIT((size_t)64 << 20);
	struct buf out = BUF_INIT(4096), said = BUF_INIT(65536);
	struct tombstone_order o;
	struct err e = ERR_INIT;
	struct at k;
	int64_t n = 0;

	(void)state;
	order(&o);
	put_order(NUMBERED_MAX, &o, none);	/* makes the folder */
	assert_int_equal(buf_addf(&in, &e, "commit refs/heads/desk\ncommitter "
	    "x <x@x> %lld +0000\ndata 0\n", (long long)T0), 0);
	memcpy(o.head, OTHER, sizeof(OTHER));
	while (n < TOMBSTONE_OF_KEY + 3)
		import_order(&in, n++, &o, flood);
	while (n < TOMBSTONE_OF_KEY + TOMBSTONE_ODD_MAX + 5)
		import_order(&in, n++, &o, none);
	import_order(&in, n++, &o, both);
	order(&o);
	import_order(&in, n++, &o, two);
	assert_int_equal(proc_run(argv, NULL, in.data, in.len, &out, &said,
	    60000, &e), 0);
	at_open(&k);
	assert_int_equal(k.t.left_out, 3 + 2);
	assert_int_equal(k.t.n, TOMBSTONE_OF_KEY + TOMBSTONE_ODD_MAX + 2);
	assert_int_equal(k.t.v[k.t.n - 1].n, n - 1);
	assert_int_equal(k.t.v[k.t.n - 2].npub, 2);
	assert_int_equal(tombstones_free(&k.t, 1), n);
	at_close(&k);
	says(TOMBSTONE_TO_ERASE, HEAD, "");
	buf_release(&in);
	buf_release(&out);
	buf_release(&said);
}

#define with(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_one_text),
		cmocka_unit_test(nothing_is_no_order),
		with(counts_roots),
		with(nothing_goes_by_the_box_alone),
		with(reaches_as_far_as_its_head),
		with(keeps_to_the_rules),
		with(outlives_its_signers),
		with(numbers_that_are_taken),
		with(who_floods_fills_his_own_share),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
