/* desk/smalltalk.c - thanks, consent, emoji; docs/REPORTS.md "Meaningful". */
#include "desk/smalltalk.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "desk/folded.h"

#include "base/banned.h"

#define PHRASES_MAX 160
#define PHRASE_MAX 20
#define HASH_TEXT_MAX 4096

static const char *const phrases[] = {
	"thanks", "thank you", "thank u", "thx", "tks", "tnx", "ty",
	"many thanks", "thanks a lot", "thank you very much", "very much",
	"so much", "a lot", "cheers", "merci", "gracias", "danke", "obrigado",
	"ok", "okay", "okey", "okk", "oki", "k", "kk", "okok", "fine", "good",
	"great", "perfect", "nice", "cool", "super", "noted", "well noted",
	"with thanks", "got it", "received", "well received", "sure", "clear",
	"understood", "alright", "all right", "agreed", "bye", "bye bye",
	"goodbye", "good night", "good day", "have a nice day",
	"have a good day", "nice day", "see you", "you are welcome",
	"you're welcome", "welcome", "np", "no problem", "no worries", "haha",
	"hahaha", "lol", "dear", "sir", "madam", "friend", "my friend",
	"boss", "bro",
	"好", "好的", "好滴", "好呀", "好吧", "好嘞", "嗯", "嗯嗯", "恩",
	"恩恩", "哦", "哦哦", "噢", "喔", "谢谢", "谢谢你", "谢谢您", "谢了",
	"多谢", "感谢", "非常感谢", "谢", "收到", "已收到", "知道了", "知道",
	"明白", "明白了", "了解", "清楚", "清楚了", "可以", "可以的", "行",
	"行的", "没事", "没问题", "没关系", "不客气", "客气", "客气了",
	"不用谢", "辛苦", "辛苦了", "麻烦了", "再见", "拜拜", "拜", "晚安",
	"哈", "哈哈", "呵呵", "嘻嘻", "嘿嘿", "棒", "赞", "厉害", "加油",
	"先这样", "那就这样", "就这样", "是的", "对", "对的",
	"您", "你", "啊", "呀", "啦", "了", "的", "呢", "哟", "哈喽再见",
	"亲", "亲爱的", "老板", "老师", "表情", "sticker", "emoji"
};
#define NPHRASES (sizeof(phrases) / sizeof(*phrases))
_Static_assert(NPHRASES <= PHRASES_MAX, "struct smalltalk has room for all");

struct phrase {
	struct folded_char v[PHRASE_MAX];
	size_t n;
};

struct smalltalk {
	struct glyphs *g;
	struct phrase phrase[PHRASES_MAX];
	struct folded f;
};

struct smalltalk *
smalltalk_new(struct err *e)
{
	struct smalltalk *s = calloc(1, sizeof(*s));
	size_t i, k;

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	s->g = glyphs_new(e);
	if (!s->g)
		goto fail;
	for (i = 0; i < NPHRASES; i++) {
		if (folded_make(&s->f, s->g, phrases[i], strlen(phrases[i]),
		    PHRASE_MAX, e) < 0)
			goto fail;
		for (k = 0; k < s->f.n; k++)
			s->phrase[i].v[k] = s->f.v[k];
		s->phrase[i].n = s->f.n;
	}
	return s;
fail:
	smalltalk_free(s);
	return NULL;
}

void
smalltalk_free(struct smalltalk *s)
{
	if (!s)
		return;
	glyphs_free(s->g);
	folded_release(&s->f);
	free(s);
}

static bool
latin(const struct folded_char *c)
{
	return c->kind == GLYPH_LETTER || c->kind == GLYPH_DIGIT;
}

/* Letters only, one blank for all that is between; false: it says more. */
static bool
reduce(struct folded *f)
{
	size_t i, n = 0;

	for (i = 0; i < f->n; i++) {
		const struct folded_char *c = &f->v[i];

		if (c->cp == '?' || c->kind == GLYPH_DIGIT || c->cp == 0xfffd)
			return false;
		if (c->kind == GLYPH_LETTER || c->kind == GLYPH_UNIT ||
		    c->cp == '\'')
			f->v[n++] = *c;
		else if (n > 0 && f->v[n - 1].cp != ' ')
			f->v[n++] = (struct folded_char){' ', 0, 0,
			    GLYPH_BLANK};
	}
	f->n = n;
	memset(&f->v[n], 0, sizeof(*f->v));
	return true;
}

/* Is the text a row of phrases?  fits[i]: its first I characters are. */
static bool
only_phrases(const struct smalltalk *s)
{
	bool fits[SMALLTALK_TEXT_MAX + 2] = {true};
	const struct folded *f = &s->f;
	const struct phrase *p;
	size_t i, k;

	for (i = 0; i < f->n; i++) {
		if (!fits[i])
			continue;
		if (f->v[i].cp == ' ')
			fits[i + 1] = true;
		for (k = 0; k < NPHRASES; k++) {
			p = &s->phrase[k];
			if (!folded_is(f, i, p->v, p->n) ||
			    (latin(&f->v[i + p->n - 1]) &&
			    latin(&f->v[i + p->n])))
				continue;
			fits[i + p->n] = true;
		}
	}
	return fits[f->n];
}

int
smalltalk_only(struct smalltalk *s, const char *text, size_t n, struct err *e)
{
	if (folded_make(&s->f, s->g, text, n, SMALLTALK_TEXT_MAX + 1, e) < 0)
		return -1;
	if (s->f.n > SMALLTALK_TEXT_MAX)
		return 0;
	return reduce(&s->f) && only_phrases(s);
}

int
smalltalk_hash(struct smalltalk *s, const char *text, size_t n,
	uint64_t *out, struct err *e)
{
	uint64_t h = UINT64_C(14695981039346656037);	/* FNV-1a */
	bool any = false;
	size_t i;

	if (folded_make(&s->f, s->g, text, n, HASH_TEXT_MAX, e) < 0)
		return -1;
	for (i = 0; i < s->f.n; i++) {
		const struct folded_char *c = &s->f.v[i];

		if (c->kind != GLYPH_UNIT && !latin(c))
			continue;
		any = true;
		h = (h ^ c->cp) * UINT64_C(1099511628211);
	}
	*out = any ? h : 0;
	return 0;
}
