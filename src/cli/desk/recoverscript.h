/*
 * cli/desk/recoverscript.h - docs/recover.sh, as it stood when the program was built:
 * whoever has the page has it.
 */
#ifndef LIUDI_CLI_DESK_RECOVERSCRIPT_H
#define LIUDI_CLI_DESK_RECOVERSCRIPT_H

extern const char recovery_script[];

#endif
