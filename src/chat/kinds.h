/*
 * chat/kinds.h - what a text stands for where an export has words instead of
 * things: "[图片]", "… recalled a message", "IMG-1.jpg".
 * Needs: chat/message.
 */
#ifndef LIUDI_CHAT_KINDS_H
#define LIUDI_CHAT_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "chat/message.h"

/*
 * The kind of a whole text in the brackets of QQ, WeChat and LINE; CHAT_TEXT
 * if it is none.  *name (may be NULL): what stands behind it ("[文件]a.xlsx").
 */
enum chat_kind kinds_bracket(const char *s, size_t n, struct chat_str *name);

/* A line by which the program says that a message was taken back. */
bool kinds_recall(const char *s, size_t n);

/* Does QQ's program speak by this number, or (of none) under this name? */
bool kinds_qq_program(const struct chat_str *id, const struct chat_str *name);

/* By the last part of a file's name; CHAT_FILE if nothing tells. */
enum chat_kind kinds_file(const char *name, size_t n);

#endif
