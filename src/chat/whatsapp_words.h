/*
 * chat/whatsapp_words.h - what WhatsApp says by itself, in the languages of its
 * exports: attachments, deletions, edits, notices.
 * Needs: chat/message.
 */
#ifndef LIUDI_CHAT_WHATSAPP_WORDS_H
#define LIUDI_CHAT_WHATSAPP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "chat/message.h"

/* The name of the chat, where a part of PATH is a name that exports have. */
bool words_chat_name(const char *path, const char **name, size_t *n);

/*
 * A text with a file: its name, and how many bytes of the text (at its front or
 * its back) say so.  Behind a MARK the words round the name need not be known.
 */
bool words_attached(const char *s, size_t n, bool mark, const char **name,
	size_t *len, size_t *cut, bool *front);

/* "<Media omitted>"; "image omitted" only behind a MARK. */
bool words_omitted(const char *s, size_t n, bool mark);

bool words_deleted(const char *s, size_t n);

/* How many bytes at the end say that it was edited; 0: none. */
size_t words_edited(const char *s, size_t n);

/* CHAT_CALL, CHAT_POLL, CHAT_LOCATION or CHAT_TEXT. */
enum chat_kind words_kind(const char *s, size_t n, bool mark);

/* The notice with which chats begin, also under somebody's name. */
bool words_opening(const char *s, size_t n);

/* A notice of the program; one in English; one that only groups have. */
bool words_system(const char *s, size_t n);
bool words_english(const char *s, size_t n);
bool words_group(const char *s, size_t n);

#endif
