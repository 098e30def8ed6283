# config/windows/compile.sh - sourced: what of the tree liudi.exe is made of,
# and with which flags.
# shellcheck shell=sh disable=SC2034

win_cc=x86_64-w64-mingw32-gcc-win32

# The headers that base/win32/posix.h stands for.
win_headers="dirent.h endian.h fcntl.h iconv.h io.h poll.h spawn.h
	sys/file.h sys/mman.h sys/random.h sys/socket.h sys/stat.h
	sys/statfs.h sys/statvfs.h sys/timex.h sys/uio.h sys/wait.h termios.h unistd.h"

# Rooms of the agent's side; of some, files that only the manager's side links
# or that have a twin in base/win32.
win_rooms="base base/win32 crypto config json source record chunk bundle seal
	account sign repo control shop agent cli cli/agent"
win_not="base/clock_local.c base/path_posix.c base/power.c base/proc.c
	base/sandbox.c crypto/aead.c crypto/aead_open.c crypto/hash_evp.c
	crypto/hmac.c "

win_flags="-std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
	-D__USE_MINGW_ANSI_STDIO=1 -DWIN32_LEAN_AND_MEAN -D_WINSOCKAPI_
	-DWINVER=0x0601 -D_WIN32_WINNT=0x0601
	-DLIUDI_OS=\"Windows\" -DSODIUM_STATIC -DLIBARCHIVE_STATIC
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla
	-Wformat=2 -Wundef -Wcast-qual -Wno-format-truncation
	-fno-strict-aliasing -include base/win32/posix.h"

# win_files SRC: the sources, by their paths below it.
win_files() {
	(cd "$1" && for room in $win_rooms; do
		for f in "$room"/*.c; do
			case $win_not in
			*"$f"[!a-z]*) ;;
			*) echo "$f" ;;
			esac
		done
	done)
}

# win_stage DIR: empty headers in DIR.
win_stage() {
	for h in $win_headers; do
		mkdir -p "$1/$(dirname "$h")"
		: >"$1/$h"
	done
}

# In the order in which the linker wants them; then the system's.
win_libs="-larchive -lgit2 -lpcre2-8 -lhttp_parser -lsqlite3 -lsodium -lzstd
	-lyajl -lpng -ljpeg -lwebp -lz -lpthread -lwinhttp -lrpcrt4 -lcrypt32 -lole32 -lws2_32
	-lbcrypt -ladvapi32 -lshell32 -luuid -lsecur32 -lntdll -lssp"
