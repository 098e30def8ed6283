/* tests/shop/server.c - HTTP/1.0 on loopback, a process for each request. */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shop/picture.h"

#include "base/banned.h"

#define PAGE_ROOM (256 * 1024)

struct page { char text[PAGE_ROOM]; size_t n; };

static void __attribute__((format(printf, 2, 3)))
put(struct page *p, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(p->text + p->n, PAGE_ROOM - p->n, fmt, ap);
	va_end(ap);
	if (n > 0 && p->n + (size_t)n < PAGE_ROOM)
		p->n += (size_t)n;
}

static void
all(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n > 0) {
		ssize_t put_n = write(fd, at, n);

		if (put_n <= 0)
			_exit(0);
		at += put_n;
		n -= (size_t)put_n;
	}
}

static void
answer(int fd, const char *status, const char *type, const void *body,
	size_t n)
{
	char head[512];
	int len = snprintf(head, sizeof(head), "HTTP/1.0 %s\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n"
	    "Cache-Control: no-store\r\nConnection: close\r\n\r\n", status,
	    type, n);

	all(fd, head, (size_t)len);
	all(fd, body, n);
}

static void
html(int fd, const char *status, const struct page *p)
{
	answer(fd, status, "text/html; charset=utf-8", p->text, p->n);
}

/* A picture of one colour, as BMP: 24 bit, WIDTH x HEIGHT. */
static void
bmp(int fd, int width, int height, uint32_t rgb)
{
	const uint32_t row = ((uint32_t)width * 3 + 3) / 4 * 4;
	const uint32_t size = 54 + row * (uint32_t)height;
	uint8_t *b = calloc(1, size);
	const uint32_t head[] = {size, 0, 54, 40, (uint32_t)width,
	    (uint32_t)height, 1 | 24u << 16};

	if (!b)
		_exit(1);
	memcpy(b, "BM", 2);
	memcpy(b + 2, head, sizeof(head));
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			uint8_t *at = b + 54 + row * (uint32_t)y + 3 * x;

			at[0] = (uint8_t)(rgb + (uint32_t)(x * 3));
			at[1] = (uint8_t)((rgb >> 8) + (uint32_t)(y * 2));
			at[2] = (uint8_t)(rgb >> 16);
		}
	}
	answer(fd, "200 OK", "image/bmp", b, size);
	free(b);
}

/* --- Photographs, made before anybody asks: SHOP_PHOTOS says that somebody will. */

#define PHOTOS 41

static struct buf photos[PHOTOS];

/* What they are like to who compresses them: shapes, and some grain. */
static void
make_photo(unsigned seed, struct buf *out)
{
	enum { W = 304, H = 288 };
	struct picture p = {calloc(3, W * H), W, H};
	uint32_t grain = seed * 2654435761u + 1;
	struct err e = ERR_INIT;

	for (unsigned i = 0; p.rgb && i < W * H * 3; i++) {
		const unsigned x = i / 3 % W, y = i / 3 / W, c = i % 3;
		const unsigned dx = (x * (c + 3) + seed * 37) % 251;
		const unsigned dy = (y * (5 - c) + seed * 91) % 241;

		grain = grain * 1664525u + 1013904223u;
		p.rgb[i] = (uint8_t)((dx > 125 ? 250 - dx : dx) / 2 +
		    (dy > 120 ? 240 - dy : dy) / 2 + (grain >> 28) + 40);
	}
	buf_init(out, 1 << 20);
	if (!p.rgb || picture_webp(&p, 0, H, out, &e) < 0)
		_exit(1);
	picture_release(&p);
}

/* Two frames, red and green, 400 ms each: a GIF that moves. */
static void
gif(int fd)
{
	static const uint8_t moving[] = {
		'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0,
		255, 0, 0, 0, 255, 0,
		0x21, 0xff, 11, 'N', 'E', 'T', 'S', 'C', 'A', 'P', 'E', '2',
		'.', '0', 3, 1, 0, 0, 0,
		0x21, 0xf9, 4, 4, 40, 0, 0, 0,
		0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0,
		0x21, 0xf9, 4, 4, 40, 0, 0, 0,
		0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0, 0x3b
	};

	answer(fd, "200 OK", "image/gif", moving, sizeof(moving));
}

/* --- The live page. */

#define EDIT_LEN 128

/* What a report must not run, and not fetch. */
static void
put_hostile(struct page *p, int fd)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);

	if (getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		_exit(1);
	put(p, "<p>&lt;img src='http://127.0.0.1:%d/beacon' onerror='"
	    "document.title=2'> &quot;&gt;&lt;/svg>&lt;svg "
	    "onload=document.title=3> &lt;/style>&lt;style>@import "
	    "'http://127.0.0.1:%d/beacon'&lt;/style></p>"
	    "<div class=c><a href='/item/B\"onclick=\"1.html'>"
	    "&lt;iframe src='http://127.0.0.1:%d/beacon'></a><b>￥1.00</b>"
	    "</div><p>gnp.\xe2\x80\xae" "exe ends here</p><p><a href='"
	    "javascript:document.title=4'>press</a></p>", ntohs(a.sin_port),
	    ntohs(a.sin_port), ntohs(a.sin_port));
}

static void
live(int fd, const char *edit)
{
	struct page *p = calloc(1, sizeof(*p));
	const char *no = strchr(edit, '&');
	char name[EDIT_LEN];

	if (!p)
		_exit(1);
	/* Several at once stand with + between them. */
	(void)snprintf(name, sizeof(name), "+%.*s+", no ? (int)(no - edit) :
	    EDIT_LEN - 3, edit);
#define IS(word) (strstr(name, "+" word "+") != NULL)
	put(p, "<!doctype html><title>Lamps of Ningbo%s</title><meta name="
	    "viewport content='width=device-width'><style>body{margin:0;"
	    "font:16px sans-serif}.g{display:grid;grid-template-columns:"
	    "repeat(4,1fr);gap:8px}.c{height:340px;border:1px solid #ccc}"
	    ".c img{width:100%%;height:240px}@keyframes s{to{transform:rotate("
	    "360deg)}}.spin{width:40px;height:40px;background:#06c;animation:"
	    "s 1s linear infinite}.foot{background:%s;padding:20px}"
	    "@media(max-width:600px){.g{grid-template-columns:1fr}%s}"
	    "</style>", IS("title") ? " (new)" : IS("hostile") ?
	    "&lt;/title>&lt;script>document.title=1&lt;/script>" : "",
	    IS("colour") ? "#fee" : "#eef",
	    IS("mobile") ? ".foot{font-size:30px}" : "");
	if (IS("banner"))
		put(p, "<div style='height:140px;background:#c00;color:#fff'>"
		    "Sale: all lamps</div>");
	put(p, "<h1>Lamps 灯具</h1><div id=car></div><p id=clock></p>"
	    "<p id=count></p><div class=spin></div><img src=/gif width=40 "
	    "height=40 alt=moving><canvas id=cv width=200 height=60></canvas>"
	    "<p id=rnd></p><p>%s</p>%s<div class=g>", IS("text") ?
	    "We ship within 10 days" : "We ship within 7 days",
	    IS("hidden") ? "<p style='display:none'>Ask for our other shop"
	    "</p>" : "");
	for (int i = 1; i <= 24; i++) {
		int n = i;

		if (IS("removed") && i == 3)
			continue;
		if (IS("reorder"))
			n = i == 5 ? 6 : i == 6 ? 5 : i;
		put(p, "<div class=c><a href='/item/A%d.html'><img %s src="
		    "'/img/%d%s' alt='Lamp A%d'><br>Lamp A%d</a><br>"
		    "<b>￥%d.%02d</b></div>", n, i > 4 ? "loading=lazy" : "",
		    n, IS("image") && n == 7 ? "?" : IS("broken") && n == 8 ?
		    "/none" : "", n, n, IS("price") && n == 7 ? 88 : 10 + n,
		    IS("price") && n == 7 ? 0 : 49);
	}
	if (IS("hostile"))
		put_hostile(p, fd);
	put(p, "</div><div class=foot><a href='%s'>Contact</a> %s</div>",
	    IS("link") ? "https://other.example/" : "/contact",
	    IS("footer") ? "Tel. 0574-9999" : "Tel. 0574-1234");
	put(p, "<script>let i=0;const car=document.getElementById('car');"
	    "function turn(){car.textContent='Slide '+(i++%%3);}turn();"
	    "setInterval(turn,1500);setInterval(()=>{"
	    "document.getElementById('clock').textContent="
	    "new Date().toISOString().slice(11);"
	    "document.getElementById('count').textContent='Ends in '+"
	    "Math.round((Date.UTC(2030,0,1)-Date.now())/1000%%60)+' s';},250);"
	    "document.getElementById('rnd').textContent='Pick '+"
	    "Math.floor(Math.random()*1000);let t=0;const g="
	    "document.getElementById('cv').getContext('2d');"
	    "(function f(){t++;g.fillStyle='hsl('+t+',80%%,50%%)';"
	    "g.fillRect(t%%200,0,9,60);requestAnimationFrame(f)})();</script>");
#undef IS
	html(fd, "200 OK", p);
	free(p);
}

/* --- Pages that mean no good, or that nobody thought of. */

static const struct { const char *path, *text; } pages[] = {
	{"/close", "<p>Hello</p><script>window.close()</script>"},
	{"/closelater", "<p>Hello</p><script>onload=()=>fetch('/gif').then("
	    "()=>{window.open('','_self');window.close()})</script>"},
	{"/refresh", "<meta http-equiv=refresh content=1><p>Hello</p>"},
	{"/reload", "<p>Hello</p><script>onload=()=>location.reload()"
	    "</script>"},
	{"/popups", "<p>Hello</p><script>for(let i=0;i<40;i++)window.open("
	    "'/loop','w'+i)</script>"},
	{"/leave", "<p>Hello</p><script>onbeforeunload=e=>{e.preventDefault();"
	    "return e.returnValue='stay'};onload=()=>location='/403'"
	    "</script>"},
	{"/worker", "<p>Hello</p><script>navigator.serviceWorker.register("
	    "'/sw.js');new Worker('/spin.js');new SharedWorker('/spin.js')"
	    "</script>"},
	{"/frames", "<p>Hello</p><script>onload=()=>{for(let i=0;i<3;i++){"
	    "const f=document.createElement('iframe');f.src=location.href+'?'+"
	    "Math.random();document.body.append(f)}}</script>"},
	{"/spoiled", "<p>Hello</p><a href='/item/7'>Lamp ￥3</a><script>"
	    "JSON.stringify=()=>'{}';Array.prototype.toJSON=function(){"
	    "return 'no'};Array.prototype.push=()=>{};Array.prototype.some="
	    "Array.prototype.every=()=>true;Object.prototype.type=1;"
	    "String.prototype.trim=()=>'';Object.prototype.toJSON=()=>1;"
	    "</script>"},
	{"/flood", "<p>Hello</p><script>for(let i=0;i<9000;i++)fetch('/gif?'+i"
	    ")</script>"},
	{"/grow", "<p id=l>Hello</p><script>const s='x'.repeat(1000);"
	    "setInterval(()=>{for(let i=0;i<3000;i++)l.append(s)},1)"
	    "</script>"},
	{"/many", "<div id=l></div><script>let s='';for(let i=0;i<20000;i++)"
	    "s+='<a href=\"/item/'+i+'\"><img alt=a src=\"data:,'+i+'\">Lamp '"
	    "+i+' ￥9</a><p>灯'+'灯'.repeat(900)+'</p>';l.innerHTML=s</script>"},
	{"/deep", "<p>Hello</p><script>let e=document.body;for(let i=0;i<9000;"
	    "i++){const n=document.createElement('span');n.append('t');"
	    "e.append(n);e=n}</script>"},
	{"/wide", "<div style='width:90000px;height:2000px;background:red'>Hello"
	    "</div>"},
	{"/astray", "<p>Hello</p><script>location='http://127.0.0.1:2/'"
	    "</script>"},
	{"/dark", "<html hidden><p>Hello</p>"},
	{"/odd", "<body><script>document.body.remove()</script>"},
	{"/title", "<title>\x1b]0;owned\a\x1b[2J\xe2\x80\xaeno</title>"
	    "<p>\x1b[31mred</p>"}
};

static bool
hostile(int fd, const char *path)
{
	const size_t n = strcspn(path, "?");

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		if (strncmp(path, pages[i].path, n) != 0 || pages[i].path[n])
			continue;
		answer(fd, "200 OK", "text/html; charset=utf-8", pages[i].text,
		    strlen(pages[i].text));
		return true;
	}
	if (strcmp(path, "/moving") == 0) {
		static const char moving[] = "HTTP/1.0 200 OK\r\n"
		    "Content-Type: text/html\r\nContent-Security-Policy: "
		    "default-src 'self'\r\n\r\n<link rel=stylesheet href="
		    "/move.css><div class=s></div><div id=w class=b></div>"
		    "<div class=in>comes in</div><img id=i width=120 height=90>"
		    "<marquee>on and on and on</marquee><svg width=99 height=30>"
		    "<rect width=20 height=20><animate attributeName=x from=0 "
		    "to=79 dur=1s repeatCount=indefinite /></rect></svg>"
		    "<script src=/move.js></script>";

		all(fd, moving, sizeof(moving) - 1);
	} else if (strcmp(path, "/move.css") == 0) {
		static const char css[] = "@keyframes s{to{transform:translate("
		    "300px)}}@keyframes in{from{opacity:0}to{opacity:1}}.s,.b{"
		    "width:40px;height:40px;background:#06c}.s{animation:s 1s "
		    "linear infinite}.in{opacity:0;animation:in 60s forwards}";

		answer(fd, "200 OK", "text/css", css, sizeof(css) - 1);
	} else if (strcmp(path, "/move.js") == 0) {
		static const char js[] = "w.animate({transform:['none',"
		    "'translate(300px)']},{duration:900,iterations:Infinity});"
		    "let n=0;(function f(){i.src='/slow/'+n++})();setInterval("
		    "()=>{i.src='/slow/'+n++},1000)";

		answer(fd, "200 OK", "text/javascript", js, sizeof(js) - 1);
	} else if (strncmp(path, "/slow/", 6) == 0) {
		const uint32_t i = (uint32_t)strtoul(path + 6, NULL, 10);

		(void)usleep(400000);
		bmp(fd, 120, 90, i * 0x0a1733u);
	} else if (strcmp(path, "/sw.js") == 0) {
		static const char sw[] = "addEventListener('install',e=>"
		    "e.waitUntil(new Promise(()=>{})));addEventListener("
		    "'fetch',e=>e.respondWith(new Response('from the worker')))";

		answer(fd, "200 OK", "text/javascript", sw, sizeof(sw) - 1);
	} else if (strcmp(path, "/spin.js") == 0) {
		answer(fd, "200 OK", "text/javascript", "for(;;);", 8);
	} else if (strcmp(path, "/round") == 0) {
		static const char moved[] = "HTTP/1.0 302 Found\r\n"
		    "Location: /round\r\nContent-Length: 0\r\n\r\n";

		all(fd, moved, sizeof(moved) - 1);
	} else if (strcmp(path, "/name") == 0) {
		static const char who[] = "HTTP/1.0 401 Unauthorized\r\n"
		    "WWW-Authenticate: Basic realm=\"shop\"\r\n"
		    "Content-Length: 0\r\n\r\n";

		all(fd, who, sizeof(who) - 1);
	} else if (strcmp(path, "/stream") == 0) {
		static const char head[] = "HTTP/1.0 200 OK\r\n"
		    "Content-Type: text/html\r\n\r\n<p>Hello</p>";

		all(fd, head, sizeof(head) - 1);
		for (int i = 0; i < 3000; i++) {
			all(fd, "<p>and more</p>\n", 16);
			(void)usleep(10000);
		}
	} else {
		return false;
	}
	return true;
}

/* 5,200 rows, forty photographs that come as they are scrolled to. */
static void
tall(int fd, const char *edit)
{
	struct page *p = calloc(1, sizeof(*p));

	if (!p)
		_exit(1);
	put(p, "<!doctype html><meta charset=utf-8><title>Lamps</title><style>"
	    "body{margin:0;font:16px sans-serif}.g{display:grid;"
	    "grid-template-columns:repeat(4,1fr)}.c{height:500px}.c img{"
	    "display:block;width:304px;height:288px;background:#eee}</style>");
	if (strcmp(edit, "banner") == 0)
		put(p, "<img src=/photo/0 style='display:block;width:1280px;"
		    "height:140px'>");
	put(p, "<h1 style='margin:20px;height:60px'>Lamps 灯具</h1><div class=g>");
	for (int i = 1; i <= 40; i++)
		put(p, "<div class=c><a href='/item/B%d.html'><img %s src="
		    "'/photo/%d' alt='Lamp B%d'>Lamp B%d, warm and bright, for "
		    "every room 灯具</a><p><b>￥%d.%02d</b> and free of postage"
		    "</p><p>Sold %d times in %d days</p></div>", i, i > 8 ?
		    "loading=lazy" : "", i, i, i, strcmp(edit, "price") == 0 &&
		    i == 7 ? 88 : 10 + i, 49, 31 * i, 7 + i);
	put(p, "</div><div style='padding:20px;height:80px'>Tel. 0574-1234"
	    "</div>");
	html(fd, "200 OK", p);
	free(p);
}

/* --- The pages that go wrong. */

static bool
wrong(int fd, const char *path)
{
	struct page *p = calloc(1, sizeof(*p));

	if (!p)
		_exit(1);
	if (strcmp(path, "/403") == 0) {
		put(p, "<h1>Forbidden</h1>");
		html(fd, "403 Forbidden", p);
	} else if (strcmp(path, "/captcha") == 0) {
		put(p, "<div id=nocaptcha>请完成滑动验证</div>");
		html(fd, "200 OK", p);
	} else if (strcmp(path, "/members") == 0) {
		static const char moved[] = "HTTP/1.0 302 Found\r\n"
		    "Location: /signin\r\nContent-Length: 0\r\n\r\n";

		all(fd, moved, sizeof(moved) - 1);
	} else if (strcmp(path, "/signin") == 0) {
		put(p, "<form>Name <input><input type=password></form>");
		html(fd, "200 OK", p);
	} else if (strcmp(path, "/download") == 0) {
		answer(fd, "200 OK", "application/octet-stream", "x", 1);
	} else if (strcmp(path, "/alert") == 0) {
		put(p, "<p>Hello</p><script>alert('stop');confirm('?')"
		    "</script><p>after</p>");
		html(fd, "200 OK", p);
	} else if (strcmp(path, "/loop") == 0) {
		put(p, "<p>Hello</p><script>addEventListener('load',()=>{"
		    "for(;;);})</script>");
		html(fd, "200 OK", p);
	} else if (strcmp(path, "/hangimage") == 0) {
		put(p, "<p>Hello</p><img src=/never>");
		html(fd, "200 OK", p);
	} else if (strcmp(path, "/unread") == 0) {
		put(p, "<p>Hello</p><script>fetch('/endless-body')</script>");
		html(fd, "200 OK", p);
	} else if (strcmp(path, "/endless") == 0) {
		put(p, "<meta name=viewport content='width=device-width'>"
		    "<div id=l></div><script>function m(){for(let i=0;i<10;"
		    "i++)l.insertAdjacentHTML('beforeend','<p style=\"height:"
		    "200px\">more</p>')}m();addEventListener('scroll',m)"
		    "</script>");
		html(fd, "200 OK", p);
	} else if (strcmp(path, "/long") == 0) {
		put(p, "<meta name=viewport content='width=device-width'>"
		    "<div style='height:40000px;background:linear-gradient("
		    "red,blue)'>long</div>");
		html(fd, "200 OK", p);
	} else {
		free(p);
		return hostile(fd, path);
	}
	free(p);
	return true;
}

/* The word in the file SHOP_EDIT, for all who come. */
static const char *
standing_edit(char out[static EDIT_LEN])
{
	const char *path = getenv("SHOP_EDIT");
	FILE *f = path ? fopen(path, "r") : NULL;

	out[0] = '\0';
	if (f && fscanf(f, "%127s", out) != 1)
		out[0] = '\0';
	if (f)
		(void)fclose(f);
	return out;
}

/* Who asks for PATH is written into the file SHOP_LOG. */
static void
note(const char *path)
{
	const char *log = getenv("SHOP_LOG");
	FILE *f = log ? fopen(log, "a") : NULL;

	if (!f)
		return;
	(void)fprintf(f, "%s\n", path);
	(void)fclose(f);
}

static void
serve(int fd)
{
	char edit[EDIT_LEN];
	char req[4096], path[2048];
	size_t n = 0;
	ssize_t got;
	int i;

	while (n < sizeof(req) - 1 && (got = read(fd, req + n,
	    sizeof(req) - 1 - n)) > 0) {
		n += (size_t)got;
		req[n] = '\0';
		if (strstr(req, "\r\n\r\n"))
			break;
	}
	if (sscanf(req, "GET %2047s", path) != 1)
		return;
	note(path);
	if (strcmp(path, "/never") == 0) {
		(void)sleep(60);
	} else if (strcmp(path, "/endless-body") == 0) {
		static const char head[] = "HTTP/1.0 200 OK\r\n"
		    "Content-Type: text/plain\r\n\r\nx";

		all(fd, head, sizeof(head) - 1);
		(void)sleep(60);
	} else if (strcmp(path, "/live") == 0) {
		live(fd, standing_edit(edit));
	} else if (strncmp(path, "/live?edit=", 11) == 0) {
		live(fd, path + 11);
	} else if (strncmp(path, "/tall", 5) == 0) {
		tall(fd, strncmp(path + 5, "?edit=", 6) == 0 ? path + 11 : "");
	} else if (sscanf(path, "/photo/%d", &i) == 1) {
		if (i >= 0 && i < PHOTOS)
			answer(fd, "200 OK", "image/webp", photos[i].data,
			    photos[i].len);
	} else if (strcmp(path, "/gif") == 0) {
		gif(fd);
	} else if (sscanf(path, "/img/%d", &i) == 1 && !strstr(path, "none")) {
		bmp(fd, 120, 90, (strchr(path, '?') ? 0x123456u : 0u) +
		    (uint32_t)i * 0x0a1733u);
	} else if (!wrong(fd, path)) {
		answer(fd, "404 Not Found", "text/plain", "none", 4);
	}
}

pid_t
server_start(int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return -1;
	*port = ntohs(a.sin_port);
	for (unsigned i = 0; getenv("SHOP_PHOTOS") && i < PHOTOS; i++)
		make_photo(i, &photos[i]);
	pid = fork();
	if (pid != 0) {
		(void)close(fd);
		return pid;
	}
	(void)setpgid(0, 0);
	(void)signal(SIGCHLD, SIG_IGN);
	/* Whoever waits for the end of our caller's output waits for it alone. */
	if (!freopen("/dev/null", "r", stdin) ||
	    !freopen("/dev/null", "w", stdout) ||
	    !freopen("/dev/null", "w", stderr))
		_exit(1);
	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			continue;
		if (fork() == 0) {
			(void)close(fd);
			serve(c);
			_exit(0);
		}
		(void)close(c);
	}
}

void
server_stop(pid_t pid)
{
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}
