/* cli/tr.c - the texts of both programs in Simplified Chinese. */
#include "cli/cli.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

struct tr_pair {
	const char *en;
	const char *zh;
};

/* Sorted by the bytes of the English text: bsearch() walks it. */
static const struct tr_pair pairs[] = {
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
	{"cannot write to standard output",
	    "无法写入标准输出"},
	{"commands:",
	    "命令："},
	{"common options:",
	    "通用选项："},
	{"did you mean '%s'?",
	    "是不是“%s”？"},
	{"did you mean '--%s'?",
	    "是不是“--%s”？"},
	{"error: ",
	    "错误："},
	{"hint: ",
	    "提示："},
	{"interrupted",
	    "已中断"},
	{"keep keys, settings and state in DIR",
	    "密钥、设置和状态放在 DIR"},
	{"let a station send records",
	    "允许一个工作站上传记录"},
	{"list the stations",
	    "列出工作站"},
	{"make the team's keys and its central repositories",
	    "创建团队的密钥和中央仓库"},
	{"name of the team",
	    "团队名称"},
	{"no command '%s'",
	    "没有命令“%s”"},
	{"no option '-%c'",
	    "没有选项“-%c”"},
	{"no option '--%s'",
	    "没有选项“--%s”"},
	{"no passphrase was given",
	    "没有输入口令"},
	{"no terminal to ask for the passphrase",
	    "没有终端可以询问口令"},
	{"once more",
	    "再输入一次"},
	{"open a sealed file to standard output",
	    "解开一个密封文件，写到标准输出"},
	{"open with this age identity file",
	    "用这个 age 身份文件解开"},
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
	{"print JSON lines",
	    "以 JSON 行输出"},
	{"print errors only",
	    "只输出错误"},
	{"read the owner's passphrase from file descriptor N",
	    "从文件描述符 N 读取所有者的口令"},
	{"read the passphrase from file descriptor N",
	    "从文件描述符 N 读取口令"},
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
	{"the passphrase holds a NUL byte",
	    "口令中含有 NUL 字节"},
	{"the passphrase is empty",
	    "口令为空"},
	{"the two passphrases differ",
	    "两次输入的口令不同"},
	{"usage: %s %s [OPTION…] %s",
	    "用法：%s %s [选项…] %s"},
	{"usage: %s %s [OPTION…]%s%s\n",
	    "用法：%s %s [选项…]%s%s\n"},
	{"usage: %s [OPTION…] COMMAND [ARGUMENT…]\n",
	    "用法：%s [选项…] 命令 [参数…]\n"},
	{"warning: ",
	    "警告："},
	{"what the managers of a team do: receive, check and read its records",
	    "团队管理者的工具：接收、核验和查阅记录"},
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
