/*
 * tests/windows/relay.c - a program of the machine below wine, for liudi.exe.
 *
 * Built as git.exe, git-receive-pack.exe and ssh.exe: starts the program of its
 * own name through LIUDI_RELAY (a folder, as Linux calls it, with relay.sh),
 * with what comes and goes on a socket, since wine's own pipes mean nothing
 * outside.  Errors come at the end, from a file, as does the exit status.
 */
#include <winsock2.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wchar_t line[32768];

static void
die(const char *what)
{
	fprintf(stderr, "relay: %s: %lu\n", what, GetLastError());
	exit(99);
}

/* Two ends of a connection that wine has a Linux socket for. */
static void
make_pair(SOCKET s[2])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	SOCKET l = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, 0);
	int n = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(l, (struct sockaddr *)&a, n) || listen(l, 1) ||
	    getsockname(l, (struct sockaddr *)&a, &n))
		die("listen");
	s[0] = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, 0);
	if (connect(s[0], (struct sockaddr *)&a, n))
		die("connect");
	s[1] = accept(l, NULL, NULL);
	closesocket(l);
}

static DWORD WINAPI
feed(void *arg)
{
	SOCKET s = (SOCKET)arg;
	static char data[65536];
	DWORD got;

	while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), data, sizeof(data),
	    &got, NULL) && got > 0)
		if (send(s, data, (int)got, 0) != (int)got)
			break;
	shutdown(s, SD_SEND);
	return 0;
}

/* ARG at the end of the line, quoted; "Z:/x" is "/x" below. */
static void
add(const wchar_t *arg)
{
	wchar_t *p = line + wcslen(line);
	int slashes = 0;

	*p++ = L' ';
	*p++ = L'"';
	for (; *arg; arg++) {
		if ((arg[0] == L'Z' || arg[0] == L'z') && arg[1] == L':' &&
		    (arg[2] == L'/' || arg[2] == L'\\'))
			arg += 2;
		if (*arg == L'"')
			for (slashes++; slashes > 0; slashes--)
				*p++ = L'\\';
		slashes = *arg == L'\\' ? slashes + 1 : 0;
		*p++ = *arg;
	}
	for (; slashes > 0; slashes--)
		*p++ = L'\\';
	*p++ = L'"';
	*p = 0;
}

/* What the file says, or NULL; whole once it is there. */
static char *
load(const wchar_t *path, DWORD *n)
{
	HANDLE h = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ |
	    FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
	char *data;

	*n = 0;
	if (h == INVALID_HANDLE_VALUE)
		return NULL;
	data = calloc(1, 1 << 20);
	if (!ReadFile(h, data, (1 << 20) - 1, n, NULL))
		*n = 0;
	CloseHandle(h);
	return data;
}

int
wmain(int argc, wchar_t **argv)
{
	wchar_t dir[1024], file[1100], id[32], own[1024];
	STARTUPINFOW si = {.cb = sizeof(si), .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION pi;
	static char data[65536];
	wchar_t *name, *end;
	SOCKET s[2];
	WSADATA wsa;
	DWORD n, out;
	char *text;
	int i, got;

	if (WSAStartup(0x202, &wsa) ||
	    !GetEnvironmentVariableW(L"LIUDI_RELAY", dir, 1024))
		die("LIUDI_RELAY");
	GetModuleFileNameW(NULL, own, 1024);
	name = wcsrchr(own, L'\\') + 1;
	end = wcsrchr(name, L'.');
	if (end)
		*end = 0;
	swprintf(id, 32, L"%lu", GetCurrentProcessId());
	swprintf(file, 1100, L"Z:%ls/relay.sh", dir);
	for (i = 0; file[i]; i++)
		if (file[i] == L'/')
			file[i] = L'\\';
	wcscpy(line, L"relay");
	add(dir);
	add(id);
	add(name);
	for (i = 1; i < argc; i++)
		add(argv[i]);
	make_pair(s);
	SetHandleInformation((HANDLE)s[1], HANDLE_FLAG_INHERIT,
	    HANDLE_FLAG_INHERIT);
	si.hStdInput = si.hStdOutput = (HANDLE)s[1];
	si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	if (!CreateProcessW(file, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
	    &pi))
		die("CreateProcess");
	closesocket(s[1]);
	CloseHandle(CreateThread(NULL, 0, feed, (void *)s[0], 0, NULL));
	while ((got = recv(s[0], data, sizeof(data), 0)) > 0)
		WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), data, (DWORD)got,
		    &out, NULL);
	swprintf(file, 1100, L"Z:%ls/%ls.err", dir, id);
	text = load(file, &n);
	if (text)
		WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, n, &out, NULL);
	swprintf(file, 1100, L"Z:%ls/%ls.rc", dir, id);
	for (i = 0; i < 600; i++) {
		text = load(file, &n);
		if (text && n > 0)
			return (int)strtol(text, NULL, 10);
		Sleep(10);
	}
	return 98;
}
