# config/packages.sh - sourced by quickstart.sh and tests/run.sh: see that the
# Debian packages named are there, install them with apt if not.
# shellcheck shell=sh disable=SC2034

LIUDI_BUILD="gcc libc6-dev make cmake ninja-build pkg-config git openssh-client
	libgit2-dev libarchive-dev libsodium-dev libssl-dev
	libsqlite3-dev libzstd-dev libyajl-dev
	zlib1g-dev libqrencode-dev libuchardet-dev
	libxml2-dev libgmime-3.0-dev libicu-dev
	libpng-dev libjpeg62-turbo-dev libwebp-dev libmicrohttpd-dev"
# And keepassxc, where it is there already (docs/DECISIONS.md).
LIUDI_TEST="libcmocka-dev dash busybox age jq openssh-server shellcheck zstd
	sqlite3 mandoc unzip zbar-tools oathtool curl dpkg-dev file zsh fish
	gcc-mingw-w64-x86-64-win32"
# With --slow: packages from nothing, in a system of their own.
LIUDI_TEST_SLOW="lintian debootstrap"

# need PACKAGE...: install what is missing; 1 line to run if we are not root.
need() {
	missing=
	for p in "$@"; do
		case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null) in
		*" installed") ;;
		*) missing="$missing $p" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "These Debian packages are missing; install them with:" >&2
		echo "  sudo apt-get install --no-install-recommends$missing" >&2
		return 1
	fi
	echo "installing with apt:$missing"
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $missing >/dev/null 2>&1 && return 0
	apt-get update -qq >/dev/null 2>&1
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $missing >/dev/null && return 0
	echo "apt could not install:$missing" >&2
	return 1
}
