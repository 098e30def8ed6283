/* cli/tr.c - the texts of both programs in Simplified Chinese. */
#include "cli/tr.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

struct tr_pair {
	const char *en;
	const char *zh;
};

/* Sorted by the bytes of the English text: bsearch() walks it. */
static const struct tr_pair pairs[] = {
	{"  (a passphrase, 2^%u)",
	    "  （口令，2^%u）"},
	{"'%s --help' lists the commands",
	    "“%s --help”列出所有命令"},
	{"'%s COMMAND --help' says more.\n",
	    "运行“%s 命令 --help”查看详情。\n"},
	{"'%s%s%s --help' lists the options",
	    "“%s%s%s --help”列出所有选项"},
	{"'%s' does not take '%s'",
	    "“%s”不接受“%s”"},
	{"'%s' needs %s",
	    "“%s”需要 %s"},
	{"1. Move owner.identity and owner.sign.age to a stick, and the stick into the safe.\n   With the owner's passphrase they open everything when the manager's are lost.\n",
	    "1. 把 owner.identity 和 owner.sign.age 移到 U 盘，U 盘放进保险箱。\n   管理者的密钥丢失时，凭所有者的口令可以用它们打开一切。\n"},
	{"2. On each workstation run 'liudi init', and here with the line it prints:\n",
	    "2. 在每台工作站运行 liudi init，再用它打印的那一行在这里运行：\n"},
	{"ASCII armour",
	    "ASCII 封装"},
	{"Now:",
	    "接下来："},
	{"age file, %s, %zu bytes\n",
	    "age 文件，%s，%zu 字节\n"},
	{"another desk changed control at the same time",
	    "另一个管理端同时修改了 control"},
	{"binary",
	    "二进制"},
	{"cannot write to standard output",
	    "无法写入标准输出"},
	{"central  %s  (control.git, records.git, desk.git)\n",
	    "中央仓库  %s  (control.git, records.git, desk.git)\n"},
	{"check the network and 'central' in desk.ini, then try again",
	    "请检查网络和 desk.ini 中的 central，然后重试"},
	{"choose another central",
	    "请选择另一个中央仓库"},
	{"commands:",
	    "命令："},
	{"common options:",
	    "通用选项："},
	{"control.git is empty",
	    "control.git 是空的"},
	{"copy the whole line that 'liudi init' printed on the station",
	    "请完整复制工作站上 liudi init 打印的那一行"},
	{"did you mean '%s'?",
	    "是不是“%s”？"},
	{"did you mean '--%s'?",
	    "是不是“--%s”？"},
	{"error: ",
	    "错误："},
	{"header %zu bytes, payload %zu bytes, content with padding %zu bytes\n",
	    "头部 %zu 字节，密文 %zu 字节，内容连填充 %zu 字节\n"},
	{"hint: ",
	    "提示："},
	{"interrupted",
	    "已中断"},
	{"is it the passphrase of this identity file?",
	    "这是此身份文件的口令吗？"},
	{"keep keys, settings and state in DIR",
	    "密钥、设置和状态放在 DIR"},
	{"key",
	    "密钥"},
	{"keys     %s\n",
	    "密钥      %s\n"},
	{"let a station send records",
	    "允许一个工作站上传记录"},
	{"list the stations",
	    "列出工作站"},
	{"make the team's keys and its central repositories",
	    "创建团队的密钥和中央仓库"},
	{"name another folder with --home",
	    "请用 --home 指定另一个文件夹"},
	{"name of the team",
	    "团队名称"},
	{"new passphrase of the manager",
	    "管理者的新口令"},
	{"new passphrase of the owner",
	    "所有者的新口令"},
	{"no command '%s'",
	    "没有命令“%s”"},
	{"no option '-%c'",
	    "没有选项“-%c”"},
	{"no option '--%s'",
	    "没有选项“--%s”"},
	{"no passphrase was given",
	    "没有输入口令"},
	{"no stations yet",
	    "还没有工作站"},
	{"no terminal to ask for the passphrase",
	    "没有终端可以询问口令"},
	{"not an age v1 file",
	    "不是 age v1 文件"},
	{"once more",
	    "再输入一次"},
	{"open a sealed file to standard output",
	    "解开一个密封文件，写到标准输出"},
	{"open with this age identity file",
	    "用这个 age 身份文件解开"},
	{"opens for %zu:\n",
	    "可解开者 %zu 个：\n"},
	{"option '--%s' needs a value: %s",
	    "选项“--%s”需要一个值：%s"},
	{"option '--%s' takes no value",
	    "选项“--%s”不带值"},
	{"options:",
	    "选项："},
	{"out of memory",
	    "内存不足"},
	{"passphrase",
	    "口令"},
	{"passphrase of the file",
	    "文件的口令"},
	{"passphrase of the identity",
	    "身份文件的口令"},
	{"passphrase of the manager",
	    "管理者的口令"},
	{"print JSON lines",
	    "以 JSON 行输出"},
	{"print errors only",
	    "只输出错误"},
	{"read the owner's passphrase from file descriptor N",
	    "从文件描述符 N 读取所有者的口令"},
	{"read the passphrase from file descriptor N",
	    "从文件描述符 N 读取口令"},
	{"readers  manager and owner: all records are sealed to both\n",
	    "读者      管理者和所有者：所有记录同时加密给两者\n"},
	{"run 'liudi-desk init' first",
	    "请先运行 liudi-desk init"},
	{"run 'liudi-desk init', or name the folder with --home",
	    "请运行 liudi-desk init，或用 --home 指定文件夹"},
	{"run 'liudi-desk sync', then try again",
	    "请运行 liudi-desk sync，然后重试"},
	{"run the command again",
	    "请再次运行该命令"},
	{"say more",
	    "输出更多信息"},
	{"say what a sealed file shows without a key",
	    "显示密封文件在没有密钥时可见的内容"},
	{"scrypt cost of the key files: 2^N (18)",
	    "密钥文件的 scrypt 强度：2^N（18）"},
	{"show the version",
	    "显示版本"},
	{"show this help",
	    "显示本帮助"},
	{"since",
	    "开始"},
	{"station",
	    "工作站"},
	{"station %s may send from now on; there run: liudi run\n",
	    "工作站 %s 从现在起可以上传；请在那里运行：liudi run\n"},
	{"station %s was added before\n",
	    "工作站 %s 之前已经添加\n"},
	{"station line: it does not begin with 'liudi-station1'",
	    "工作站登记行：不是以 liudi-station1 开头"},
	{"station line: something was lost or changed in copying",
	    "工作站登记行：复制时有内容丢失或改变"},
	{"station line: the last word is not 16 hex digits",
	    "工作站登记行：最后一个词不是 16 位十六进制数"},
	{"team     %s\n",
	    "团队      %s\n"},
	{"the central cannot be reached: this is the last known state",
	    "无法连接中央仓库：以下是最后已知的状态"},
	{"the opener ended unexpectedly",
	    "解密进程意外结束"},
	{"the passphrase holds a NUL byte",
	    "口令中含有 NUL 字节"},
	{"the passphrase is empty",
	    "口令为空"},
	{"the two passphrases differ",
	    "两次输入的口令不同"},
	{"until",
	    "截止"},
	{"usage: %s %s [OPTION…] %s",
	    "用法：%s %s [选项…] %s"},
	{"usage: %s %s [OPTION…]%s%s\n",
	    "用法：%s %s [选项…]%s%s\n"},
	{"usage: %s [OPTION…] COMMAND [ARGUMENT…]\n",
	    "用法：%s [选项…] 命令 [参数…]\n"},
	{"warning: ",
	    "警告："},
	{"what a file holds is not written to a terminal",
	    "文件内容不会写到终端上"},
	{"what the managers of a team do: receive, check and read its records",
	    "团队管理者的工具：接收、核验和查阅记录"},
	{"who can write the folder '%s' can delete it: for more than tests and one machine use ssh://",
	    "能写“%s”文件夹的人就能删除它：除测试和单机外请使用 ssh://"},
	{"wrong passphrase",
	    "口令错误"},
};

static int
compare(const void *key, const void *pair)
{
	return strcmp(key, ((const struct tr_pair *)pair)->en);
}

/* LC_ALL, LC_MESSAGES, LANG: the first that is set decides, as in POSIX. */
static bool
wants_chinese(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		value = getenv(names[i]);
		if (value && value[0])
			return str_starts(value, "zh");
	}
	return false;
}

size_t
tr_pair(size_t i, const char **en, const char **zh)
{
	const size_t n = sizeof(pairs) / sizeof(*pairs);

	if (i < n) {
		*en = pairs[i].en;
		*zh = pairs[i].zh;
	}
	return n;
}

const char *
cli_tr(const char *text)
{
	const struct tr_pair *pair;

	if (!text[0] || !wants_chinese())
		return text;
	pair = bsearch(text, pairs, sizeof(pairs) / sizeof(*pairs),
	    sizeof(*pairs), compare);
	return pair ? pair->zh : text;
}
