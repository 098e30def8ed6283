#!/bin/sh
# config/windows/libs.sh PREFIX WORK: the libraries of liudi.exe, static, made
# of the sources of Debian's own packages.
#
# Each is built once: PREFIX/done/NAME says which version lies there.  Sources
# come through apt, whose index may name versions that the mirror has not (any
# more); then the next older is taken.  What cannot be had at all is told, and
# the status is 1.
set -eu

case ${2-} in
'') echo "usage: libs.sh PREFIX WORK" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/done" "$1/lib" "$1/include" "$2"
prefix=$(cd "$1" && pwd)
work=$(cd "$2" && pwd)
host=x86_64-w64-mingw32
jobs=${LIUDI_JOBS:-$(nproc)}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1700000000}
export SOURCE_DATE_EPOCH
CC=$host-gcc-win32
AR=$host-ar
flags="-Os -ffunction-sections -fdata-sections -fstack-protector-strong"
flags="$flags -ffile-prefix-map=$work=/src -ffile-prefix-map=$prefix=/lib"

# --- Sources: an index of our own, so that nothing below /etc changes.

apt="-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$work/apt/parts
	-o Dir::State::lists=$work/apt/lists -o Dir::Cache=$work/apt/cache
	-o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root"

index() {
	[ ! -e "$work/apt/done" ] || return 0
	rm -rf "$work/apt"
	mkdir -p "$work/apt/parts" "$work/apt/lists/partial" \
	    "$work/apt/cache/archives/partial"
	f=/etc/apt/sources.list.d/debian.sources
	[ ! -e "$f" ] || sed 's/^Types:.*/Types: deb-src/' "$f" \
	    >"$work/apt/parts/debian.sources"
	[ ! -s /etc/apt/sources.list ] ||
	    sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' /etc/apt/sources.list \
	    >"$work/apt/parts/debian.list"
	# shellcheck disable=SC2086
	apt-get $apt update -qq
	: >"$work/apt/done"
}

# versions PACKAGE: newest first.
versions() {
	# shellcheck disable=SC2086
	apt-cache $apt showsrc "$1" | awk -v p="$1" '
	    $1 == "Package:" { mine = $2 == p }
	    $1 == "Version:" && mine { print $2 }' | sort -u -V -r
}

# source_of PACKAGE: unpack it into $work/PACKAGE; its version in $version.
source_of() {
	index
	for version in $(versions "$1"); do
		rm -rf "${work:?}/$1" "$work/get"
		mkdir "$work/get"
		# shellcheck disable=SC2086
		if (cd "$work/get" && apt-get $apt source -qq "$1=$version" \
		    >"$work/$1.get" 2>&1); then
			mv "$work"/get/*/ "$work/$1"
			return 0
		fi
		echo "  $1 $version cannot be had" >&2
	done
	echo "no source of $1" >&2
	return 1
}

# lib NAME PACKAGE: build_NAME in the unpacked source, unless it is there.
failed=
lib() {
	[ ! -e "$prefix/done/$1" ] || return 0
	status=1
	if source_of "$2"; then
		# Not within the condition, where set -e means nothing.
		(cd "$work/$2" && set -ex && "build_$1") >"$work/$1.log" 2>&1 &
		status=0
		wait $! || status=$?
	fi
	if [ "$status" -eq 0 ]; then
		echo "$2 $version" >"$prefix/done/$1"
		echo "  $2 $version"
	else
		failed="$failed $1"
		echo "  $1 failed: see $work/$1.log" >&2
	fi
}

# cross SOURCE BUILD ARG...: cmake for Windows.
cross() {
	src=$1 build=$2
	shift 2
	cmake -S "$src" -B "$build" -G Ninja \
	    -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" \
	    -DLIUDI_PREFIX="$prefix" -DCMAKE_INSTALL_PREFIX="$prefix" \
	    -DCMAKE_BUILD_TYPE=MinSizeRel \
	    -DCMAKE_C_FLAGS_MINSIZEREL=-DNDEBUG -DBUILD_SHARED_LIBS=OFF \
	    -DCMAKE_C_FLAGS="$flags ${more-}" -DCMAKE_CXX_FLAGS="$flags" "$@"
}

# archive NAME FLAGS FILE...: a library of a few files.
archive() {
	name=$1 own=$2
	shift 2
	for c in "$@"; do
		# shellcheck disable=SC2086
		$CC $flags $own -c "$c" -o "$(basename "$c" .c).o"
		set -- "$@"
	done
	objects=
	for c in "$@"; do
		objects="$objects $(basename "$c" .c).o"
	done
	rm -f "$prefix/lib/lib$name.a"
	# shellcheck disable=SC2086
	$AR rcsD "$prefix/lib/lib$name.a" $objects
}

# --- One function for each.

build_sodium() {
	[ -x configure ] || autoreconf -fi
	./configure --host=$host --prefix="$prefix" --disable-shared \
	    --enable-static CC=$CC CFLAGS="$flags" --disable-dependency-tracking
	make -j"$jobs" -C src
	make -C src install
}

build_zstd() {
	cross build/cmake b -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_BUILD_TESTS=OFF \
	    -DZSTD_BUILD_SHARED=OFF -DZSTD_MULTITHREAD_SUPPORT=OFF \
	    -DZSTD_LEGACY_SUPPORT=OFF
	ninja -C b -j"$jobs" install
}

# ZLIB off: the probe of cmake 3.25 crashes in a cross build; zstd is ours.
build_archive() {
	off=
	for x in ZLIB BZip2 LZMA LZO LZ4 ZSTD LIBB2 LIBXML2 EXPAT ICONV ACL \
	    XATTR OPENSSL NETTLE MBEDTLS CNG PCREPOSIX TAR CPIO CAT TEST WERROR; do
		off="$off -DENABLE_$x=OFF"
	done
	# shellcheck disable=SC2086
	cross . b $off -DWINDOWS_VERSION=WIN7
	ninja -C b -j"$jobs" archive_static
	find b -name 'libarchive*.a' ! -name '*.dll.a' \
	    -exec cp {} "$prefix/lib/libarchive.a" ';'
	cp libarchive/archive.h libarchive/archive_entry.h "$prefix/include/"
}

build_pcre2() {
	cross . b -DPCRE2_BUILD_PCRE2GREP=OFF -DPCRE2_BUILD_TESTS=OFF \
	    -DPCRE2_STATIC_PIC=OFF
	ninja -C b -j"$jobs" install
}

build_http_parser() {
	archive http_parser -I. http_parser.c
	cp http_parser.h "$prefix/include/"
}

# Debian's tarball comes without deps/; mingw-w64 has winhttp itself.
build_git2() {
	mkdir -p deps/winhttp
	: >deps/winhttp/CMakeLists.txt
	more=-DPCRE2_STATIC
	cross . b -DUSE_HTTP_PARSER=system -DREGEX_BACKEND=pcre2 -DUSE_SSH=OFF \
	    -DBUILD_TESTS=OFF -DBUILD_CLI=OFF -DBUILD_EXAMPLES=OFF \
	    -DBUILD_FUZZERS=OFF -DUSE_BUNDLED_ZLIB=OFF \
	    -DZLIB_LIBRARY=/usr/$host/lib/libz.a \
	    -DZLIB_INCLUDE_DIR=/usr/$host/include
	ninja -C b -j"$jobs" install
}

# The one file is made by the build machine's own tools.
build_sqlite3() {
	./configure --disable-tcl --disable-readline
	make sqlite3.c
	archive sqlite3 "-DSQLITE_ENABLE_FTS5 -DSQLITE_OMIT_LOAD_EXTENSION
	    -DSQLITE_THREADSAFE=1" sqlite3.c
	cp sqlite3.h "$prefix/include/"
}

build_yajl() {
	mkdir -p "$prefix/include/yajl"
	cp src/api/*.h "$prefix/include/yajl/"
	# shellcheck disable=SC2016
	sed -e 's/\${YAJL_MAJOR}/2/' -e 's/\${YAJL_MINOR}/1/' \
	    -e 's/\${YAJL_MICRO}/0/' src/api/yajl_version.h.cmake \
	    >"$prefix/include/yajl/yajl_version.h"
	archive yajl "-I$prefix/include" src/*.c
}

build_png() {
	cp scripts/pnglibconf.h.prebuilt pnglibconf.h
	cp png.h pngconf.h pnglibconf.h "$prefix/include/"
	archive png "-I. -I/usr/$host/include -DPNG_INTEL_SSE_OPT=0" png.c \
	    pngerror.c pngget.c pngmem.c pngpread.c pngread.c pngrio.c \
	    pngrtran.c pngrutil.c pngset.c pngtrans.c pngwio.c pngwrite.c \
	    pngwtran.c pngwutil.c
}

build_jpeg() {
	cross . b -DWITH_SIMD=OFF -DWITH_TURBOJPEG=OFF -DENABLE_SHARED=OFF \
	    -DWITH_JPEG8=OFF -DWITH_JPEG7=OFF
	ninja -C b -j"$jobs" jpeg-static
	cp b/libjpeg.a "$prefix/lib/"
	cp jpeglib.h jmorecfg.h jerror.h b/jconfig.h "$prefix/include/"
}

build_webp() {
	cross . b -DWEBP_BUILD_ANIM_UTILS=OFF -DWEBP_BUILD_CWEBP=OFF \
	    -DWEBP_BUILD_DWEBP=OFF -DWEBP_BUILD_GIF2WEBP=OFF \
	    -DWEBP_BUILD_IMG2WEBP=OFF -DWEBP_BUILD_VWEBP=OFF \
	    -DWEBP_BUILD_WEBPINFO=OFF -DWEBP_BUILD_WEBPMUX=OFF \
	    -DWEBP_BUILD_EXTRAS=OFF -DWEBP_USE_THREAD=OFF
	ninja -C b -j"$jobs" webp
	find b -name 'lib*webp.a' -exec cp {} "$prefix/lib/libwebp.a" ';'
	find b -name 'libsharpyuv.a' -exec cp {} "$prefix/lib/" ';'
	mkdir -p "$prefix/include/webp"
	cp src/webp/*.h "$prefix/include/webp/"
}

build_cmocka() {
	cross . b -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF \
	    -DWITH_STATIC_LIB=ON
	ninja -C b -j"$jobs" install
	[ -e "$prefix/lib/libcmocka.a" ] ||
	    find b -name 'libcmocka*.a' ! -name '*.dll.a' \
	    -exec cp {} "$prefix/lib/libcmocka.a" ';'
}

lib sqlite3 sqlite3
lib sodium libsodium
lib zstd libzstd
lib yajl yajl
lib http_parser http-parser
lib pcre2 pcre2
lib archive libarchive
lib git2 libgit2
lib png libpng1.6
lib jpeg libjpeg-turbo
lib webp libwebp
lib cmocka cmocka
[ -z "$failed" ] || { echo "not built:$failed" >&2; exit 1; }
