/* vault/kpxml.c - KeePass 2 XML. */
#include "vault/kpxml.h"

#include <libxml/xmlreader.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

#include "base/banned.h"

#define DEPTH_MAX 64

enum field { TITLE, LOGIN, PASSWORD, URL, NOTE, TOTP, FIELDS, FIELD_N };

struct entry {
	struct buf field[FIELD_N];
	bool damaged;		/* over a cap */
};

struct reader {
	creds_fn fn;
	void *arg;
	struct creds_report *r;
	struct err *e;
	struct entry now, past;	/* an entry, and one of its history */
	struct buf old[CREDS_OLD_MAX];
	size_t nold;
	struct buf text, key;	/* of the element; of the String */
	struct buf folder;
	size_t folder_len[DEPTH_MAX];	/* before each open group */
	int group;		/* open groups */
	int in_bin;		/* the group that is the bin, from 1; 0: none */
	struct buf bin;		/* its UUID */
	bool in_entry, in_history, in_past, in_string, capture;
	bool sealed;		/* a value that is encrypted */
};

static void
entry_init(struct entry *x)
{
	int i;

	for (i = 0; i < FIELD_N; i++)
		buf_init(&x->field[i], CREDS_ROW_MAX);
}

static void
entry_clear(struct entry *x)
{
	int i;

	for (i = 0; i < FIELD_N; i++)
		buf_clear(&x->field[i]);
	x->damaged = false;
}

static void
entry_wipe(struct entry *x)
{
	int i;

	for (i = 0; i < FIELD_N; i++)
		buf_wipe(&x->field[i]);
}

static enum field
field_of(const char *key)
{
	static const struct {
		const char *key;
		enum field field;
	} table[] = {{"Title", TITLE}, {"UserName", LOGIN},
		{"Password", PASSWORD}, {"URL", URL}, {"Notes", NOTE},
		{"otp", TOTP}, {"TOTP Seed", TOTP},
		{"TimeOtp-Secret-Base32", TOTP}};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(key, table[i].key) == 0)
			return table[i].field;
	return FIELDS;
}

/* A String has ended: into the entry. */
static void
take_string(struct reader *k)
{
	struct entry *x = k->in_past ? &k->past : &k->now;
	const enum field f = field_of(buf_str(&k->key));
	struct buf *to = &x->field[f];

	if (k->text.len == 0)
		return;
	if (f == FIELDS)
		x->damaged = x->damaged || buf_addf(to, NULL, "%s%s: ",
		    to->len ? "\n" : "", buf_str(&k->key)) < 0;
	else
		buf_clear(to);
	x->damaged = x->damaged || strlen(buf_str(&k->text)) != k->text.len ||
	    buf_add(to, k->text.data, k->text.len, NULL) < 0;
}

/* One of the history has ended: its password, where it is another one. */
static void
take_past(struct reader *k)
{
	const struct buf *password = &k->past.field[PASSWORD];

	if (password->len == 0 || k->past.damaged || (k->nold > 0 &&
	    strcmp(buf_str(&k->old[k->nold - 1]), buf_str(password)) == 0))
		return;
	if (k->nold == CREDS_OLD_MAX) {	/* the oldest goes */
		buf_wipe(&k->old[0]);
		memmove(&k->old[0], &k->old[1],
		    (CREDS_OLD_MAX - 1) * sizeof(k->old[0]));
		k->nold--;
	}
	buf_init(&k->old[k->nold], CREDS_ROW_MAX);
	if (buf_add(&k->old[k->nold], password->data, password->len,
	    NULL) == 0)
		k->nold++;
}

static const char *
value(const struct entry *x, enum field f)
{
	return x->field[f].len > 0 ? buf_str(&x->field[f]) : NULL;
}

static int
hand_over(struct reader *k)
{
	const char *old[CREDS_OLD_MAX];
	struct creds_row row = {.title = value(&k->now, TITLE),
	    .url = value(&k->now, URL), .login = value(&k->now, LOGIN),
	    .password = value(&k->now, PASSWORD),
	    .totp = value(&k->now, TOTP), .note = value(&k->now, NOTE),
	    .fields = value(&k->now, FIELDS), .old = old,
	    .folder = k->folder.len > 0 ? buf_str(&k->folder) : NULL};
	size_t i;
	int rc = 0;

	for (i = 0; i < k->nold; i++)
		old[i] = buf_str(&k->old[i]);
	/* The last of the history may be what it is now. */
	row.nold = k->nold;
	if (!row.password || (row.nold > 0 && strcmp(old[row.nold - 1],
	    row.password) == 0))
		row.nold -= row.nold > 0;
	if (!row.password)
		row.nold = 0;
	if (k->now.damaged) {
		if (k->r->damaged < CREDS_BAD_MAX)
			k->r->bad[k->r->damaged] = k->r->rows +
			    k->r->damaged + 1;
		k->r->damaged++;
	} else {
		k->r->rows++;
		rc = k->fn(k->arg, &row, k->e);
	}
	for (i = 0; i < k->nold; i++)
		buf_wipe(&k->old[i]);
	k->nold = 0;
	entry_clear(&k->now);
	return rc;
}

static int
begin(struct reader *k, xmlTextReaderPtr xml, const char *name)
{
	xmlChar *sealed;

	buf_clear(&k->text);
	k->capture = strcmp(name, "Key") == 0 || strcmp(name, "Value") == 0 ||
	    strcmp(name, "Name") == 0 || strcmp(name, "UUID") == 0 ||
	    strcmp(name, "RecycleBinUUID") == 0;
	if (strcmp(name, "Group") == 0) {
		if (k->group == DEPTH_MAX)
			return err_set(k->e, ERR_FORMAT,
			    "groups are more than %d deep", DEPTH_MAX);
		k->folder_len[k->group++] = k->folder.len;
	} else if (strcmp(name, "Entry") == 0) {
		k->in_past = k->in_history;
		k->in_entry = true;
		entry_clear(k->in_past ? &k->past : &k->now);
	} else if (strcmp(name, "History") == 0) {
		k->in_history = k->in_entry;
	} else if (strcmp(name, "String") == 0) {
		k->in_string = k->in_entry;
		buf_clear(&k->key);
	} else if (strcmp(name, "Value") == 0) {
		sealed = xmlTextReaderGetAttribute(xml,
		    (const xmlChar *)"Protected");
		k->sealed = k->sealed || (sealed && xmlStrcasecmp(sealed,
		    (const xmlChar *)"true") == 0);
		xmlFree(sealed);
	}
	return 0;
}

static int
end(struct reader *k, const char *name)
{
	const bool text = k->capture;

	k->capture = false;
	if (strcmp(name, "Key") == 0 && k->in_string && text) {
		buf_clear(&k->key);
		return buf_add(&k->key, buf_str(&k->text), k->text.len, k->e);
	}
	if (strcmp(name, "Value") == 0 && k->in_string && text) {
		take_string(k);
	} else if (strcmp(name, "RecycleBinUUID") == 0 && text) {
		return buf_add(&k->bin, buf_str(&k->text), k->text.len, k->e);
	} else if (strcmp(name, "UUID") == 0 && text && !k->in_entry &&
	    k->group > 0) {
		if (k->bin.len > 0 && !k->in_bin &&
		    str_eq(buf_str(&k->bin), buf_str(&k->text)))
			k->in_bin = k->group;
	} else if (strcmp(name, "Name") == 0 && text && !k->in_entry &&
	    k->group > 1) {
		/* The root group is not said. */
		if (buf_addf(&k->folder, k->e, "%s%s", k->folder.len ? "/" :
		    "", buf_str(&k->text)) < 0)
			return -1;
	} else if (strcmp(name, "String") == 0) {
		k->in_string = false;
	} else if (strcmp(name, "History") == 0) {
		k->in_history = false;
	} else if (strcmp(name, "Entry") == 0 && k->in_past) {
		take_past(k);
		k->in_past = false;
	} else if (strcmp(name, "Entry") == 0) {
		k->in_entry = k->in_history = false;
		if (!k->in_bin)
			return hand_over(k);
	} else if (strcmp(name, "Group") == 0 && k->group > 0) {
		if (k->in_bin == k->group)
			k->in_bin = 0;
		k->folder.len = k->folder_len[--k->group];
		if (k->folder.data)
			k->folder.data[k->folder.len] = '\0';
	}
	return 0;
}

static int
node(struct reader *k, xmlTextReaderPtr xml)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(xml);
	const char *text;

	switch (xmlTextReaderNodeType(xml)) {
	case XML_READER_TYPE_ELEMENT:
		if (begin(k, xml, name) < 0)
			return -1;
		return xmlTextReaderIsEmptyElement(xml) ? end(k, name) : 0;
	case XML_READER_TYPE_END_ELEMENT:
		return end(k, name);
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
	case XML_READER_TYPE_WHITESPACE:
		text = (const char *)xmlTextReaderConstValue(xml);
		if (!k->capture || !text)
			return 0;
		if (buf_adds(&k->text, text, NULL) == 0)
			return 0;
		k->now.damaged = k->past.damaged = true;
		return 0;
	case XML_READER_TYPE_ENTITY_REFERENCE:
		/* Not expanded: what is left would be another password. */
		if (k->capture)
			(k->in_past ? &k->past : &k->now)->damaged = true;
		return 0;
	default:
		return 0;
	}
}

static void
silent(void *arg, const char *text, xmlParserSeverities severity,
	xmlTextReaderLocatorPtr at)
{
	(void)arg;
	(void)text;
	(void)severity;
	(void)at;
}

static int
read_xml(struct reader *k, xmlTextReaderPtr xml)
{
	const char *root;
	int rc;

	xmlTextReaderSetErrorHandler(xml, silent, NULL);
	rc = xmlTextReaderRead(xml);
	while (rc == 1 && xmlTextReaderNodeType(xml) !=
	    XML_READER_TYPE_ELEMENT)
		rc = xmlTextReaderRead(xml);
	root = rc == 1 ? (const char *)xmlTextReaderConstLocalName(xml) : "";
	if (rc != 1 || strcmp(root, "KeePassFile") != 0)
		return err_set(k->e, ERR_FORMAT,
		    "the file is no XML of KeePass 2");
	for (; rc == 1; rc = xmlTextReaderRead(xml)) {
		/* Not 0: *e says why, or FN wants no more. */
		const int got = node(k, xml);

		if (got != 0)
			return got;
		if (k->sealed) {
			(void)err_set(k->e, ERR_FORMAT,
			    "the file holds encrypted values");
			return err_hint(k->e, "export it out of the program "
			    "that opens the database");
		}
	}
	return rc == 0 ? 0 : err_set(k->e, ERR_FORMAT,
	    "the XML is damaged behind entry %llu",
	    (unsigned long long)(k->r->rows + k->r->damaged));
}

int
kpxml_read(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	struct reader k = {.fn = fn, .arg = arg, .r = r, .e = e};
	xmlTextReaderPtr xml;
	int rc = -1;

	*r = (struct creds_report){.format = CREDS_KEEPASS_XML};
	if (n > CREDS_BYTES_MAX)
		return err_set(e, ERR_FORMAT, "more than %u MiB",
		    CREDS_BYTES_MAX >> 20);
	entry_init(&k.now);
	entry_init(&k.past);
	buf_init(&k.text, CREDS_ROW_MAX);
	buf_init(&k.key, CREDS_ROW_MAX);
	buf_init(&k.folder, CREDS_ROW_MAX);
	buf_init(&k.bin, 4096);
	xml = xmlReaderForMemory(data, (int)n, NULL, NULL, XML_PARSE_NONET |
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (xml)
		rc = read_xml(&k, xml);
	else
		(void)err_nomem(e);
	xmlFreeTextReader(xml);
	while (k.nold > 0)
		buf_wipe(&k.old[--k.nold]);
	entry_wipe(&k.now);
	entry_wipe(&k.past);
	buf_wipe(&k.text);
	buf_release(&k.key);
	buf_release(&k.folder);
	buf_release(&k.bin);
	return rc;
}
