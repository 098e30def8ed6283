/*
 * chat/chatlab.h - the numbers of ChatLab's format, for who writes it.
 *
 * Needs: libc.
 */
#ifndef LIUDI_CHAT_CHATLAB_H
#define LIUDI_CHAT_CHATLAB_H

#define CHATLAB_OTHER 99

/*
 * The `type` of a message of KIND, as chat_kind_name() has it; CHATLAB_OTHER
 * where there is none, and for NULL.
 */
int chatlab_type(const char *kind);

#endif
