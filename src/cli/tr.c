/* cli/tr.c - the texts of both programs in Simplified Chinese. */
#include "cli/tr.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

struct tr_pair {
	const char *en;
	const char *zh;
};

/* Sorted by the bytes of the English text: bsearch() walks it. */
static const struct tr_pair pairs[] = {
	{"Do you agree? [y/N] ",
	    "您同意吗？[y/N] "},
	{"Notice %lld is agreed to since %s.\n",
	    "告知书第 %lld 版已同意，时间：%s。\n"},
	{"Notice %lld of your team:\n\n",
	    "您团队的告知书，第 %lld 版：\n\n"},
	{"There is no notice to agree to.\n",
	    "没有需要同意的告知书。\n"},
	{"\nThen say in %s what to keep, and type: liudi run\n",
	    "\n然后在 %s 中写明要保存什么，再运行：liudi run\n"},
	{"     share %lld: %s\n",
	    "     第 %lld 份：%s\n"},
	{"  (a passphrase, 2^%u)",
	    "  （口令，2^%u）"},
	{"  (here)",
	    "  （在本机）"},
	{"  (the station says: %s)",
	    "  （工作站自称：%s）"},
	{" (last)",
	    "（最后一批）"},
	{"%lld branch",
	    "%lld 个分支"},
	{"%lld branches",
	    "%lld 个分支"},
	{"%lld bundle",
	    "%lld 个数据包"},
	{"%lld bundles",
	    "%lld 个数据包"},
	{"%lld commit",
	    "%lld 个提交"},
	{"%lld commits",
	    "%lld 个提交"},
	{"%lld file",
	    "%lld 个文件"},
	{"%lld files",
	    "%lld 个文件"},
	{"%lld new commit",
	    "%lld 个新提交"},
	{"%lld new commits",
	    "%lld 个新提交"},
	{"%lld new header",
	    "%lld 个新文件头"},
	{"%lld new headers",
	    "%lld 个新文件头"},
	{"%lld of them are perhaps not the newest: some record could not be read ('liudi-desk ls -r' marks them)",
	    "其中 %lld 个也许不是最新的：有记录无法读取（‘liudi-desk ls -r’ 会标出）"},
	{"%lld problem",
	    "%lld 个问题"},
	{"%lld problems",
	    "%lld 个问题"},
	{"%lld shares, any %lld of them open it: %s\n",
	    "%lld 份分片，任意 %lld 份即可恢复：%s\n"},
	{"%s (commit)\n",
	    "%s（提交）\n"},
	{"%s begins anew: the station lost what it knew",
	    "%s 重新开始：工作站丢失了它的状态"},
	{"%s goes on from commit %lld of a branch before it: the station was set back",
	    "%s 接在前一分支的第 %lld 号提交之后：工作站被还原到了过去的状态"},
	{"%s of %s, %lld of %lld files, %s/s, %lld s left",
	    "%s / %s，文件 %lld / %lld，%s/秒，剩余 %lld 秒"},
	{"%s proposes:\n",
	    "%s 提议：\n"},
	{"%s reads nothing that is sent from now on; what was sent before stays readable to that key\n",
	    "%s 今后读不到新发来的记录；此前的记录用该密钥仍可读取\n"},
	{"%s reads what stations send from now on (fingerprint %s)\n",
	    "%s 从现在起可读取工作站发来的记录（指纹 %s）\n"},
	{"%s, %s of %s, %s/s, %lld s left",
	    "%s，%s / %s，%s/秒，剩余 %lld 秒"},
	{"%s, %s, %s opened (%s): %s\n",
	    "%s，%s，解开 %s（%s）：%s\n"},
	{"%s, %s, %s to be sent\n",
	    "%s，%s，%s待发送\n"},
	{"%s, %s, %s; %lld were there, %lld renamed, %lld not restored\n",
	    "%s，%s，%s；%lld 个原已存在，%lld 个改名，%lld 个未恢复\n"},
	{"%s: %lld rewritten or cut, %lld removed; look: liudi-desk %s",
	    "%s：%lld 个被改写或截短，%lld 个被删除；请看：liudi-desk %s"},
	{"%s: what was here is kept as %s; what the central has now is followed",
	    "%s：本机原有的历史保留为 %s；今后跟随中央仓库现有的历史"},
	{"%s:%d: %s",
	    "%s 第 %d 行：%s"},
	{"%s@%lld  run %.8s  part %lld%s\n",
	    "%s@%lld  运行 %.8s  第 %lld 批%s\n"},
	{"%zu bundles of %zu are there",
	    "数据包只有 %zu 个，应有 %zu 个"},
	{"%zu more lines are passed over",
	    "另有 %zu 行被略过"},
	{"%zu more of this kind are not told one by one",
	    "还有 %zu 个同类问题，不再逐一列出"},
	{"'%.*s' of '%s' was %s; the station calls it %s",
	    "“%.*s”（来源“%s”）实为%s；工作站却称为%s"},
	{"'%s --help' lists the commands",
	    "“%s --help”列出所有命令"},
	{"'%s COMMAND --help' says more.\n",
	    "运行“%s 命令 --help”查看详情。\n"},
	{"'%s%s%s --help' lists the options",
	    "“%s%s%s --help”列出所有选项"},
	{"'%s' already names station '%s' at '%s'",
	    "“%s”中已写有工作站“%s”，中央仓库为“%s”"},
	{"'%s' belongs to the team '%s' already",
	    "“%s”已属于团队“%s”"},
	{"'%s' cannot be '%s'",
	    "“%s”不能是“%s”"},
	{"'%s' does not take '%s'",
	    "“%s”不接受“%s”"},
	{"'%s' exists",
	    "“%s”已经存在"},
	{"'%s' holds no commit id",
	    "“%s”中没有提交号"},
	{"'%s' holds nothing of that name",
	    "“%s”中没有该名称的内容"},
	{"'%s' in the target is not a folder",
	    "目标中的“%s”不是文件夹"},
	{"'%s' is a folder",
	    "“%s”是文件夹"},
	{"'%s' is gone",
	    "“%s”不见了"},
	{"'%s' is neither yes nor no, but '%s'",
	    "“%s”既不是 yes 也不是 no，而是“%s”"},
	{"'%s' is no name for a source",
	    "“%s”不能用作来源的名称"},
	{"'%s' is no regular file any more",
	    "“%s”不再是普通文件"},
	{"'%s' is no station id",
	    "“%s”不是合法的工作站名称"},
	{"'%s' is not a point in time",
	    "“%s”不是时间"},
	{"'%s' is not an id, but '%s'",
	    "“%s”不是合法的名称，而是“%s”"},
	{"'%s' names no source yet: this run only says that the station is alive",
	    "“%s”还没有写明来源：这次运行只表明工作站在工作"},
	{"'%s' needs %s",
	    "“%s”需要 %s"},
	{"'%s' of '%s' has %lld bytes, not %lld",
	    "“%s”（来源“%s”）有 %lld 字节，而不是 %lld"},
	{"'%s' of '%s' lies in another epoch that is not here",
	    "“%s”（来源“%s”）在另一年的分支中，而那个分支不在这里"},
	{"'%s': line %zu makes no sense",
	    "“%s”：第 %zu 行无法理解"},
	{"'%s.sign.age' holds another key than '%s.sign.pub'",
	    "“%s.sign.age”中的密钥与“%s.sign.pub”不同"},
	{"'liudi-desk log %s' lists its runs",
	    "liudi-desk log %s 列出它的各次运行"},
	{"'liudi-desk log' lists runs",
	    "liudi-desk log 列出各次运行"},
	{"'liudi-desk log' names the stations that sent something; run 'liudi-desk sync' first",
	    "liudi-desk log 列出上传过内容的工作站；请先运行 liudi-desk sync"},
	{"'liudi-desk ls %s' lists its sources; --at takes an earlier day",
	    "liudi-desk ls %s 列出它的来源；--at 可指定更早的日期"},
	{"'liudi-desk ls %s' lists what there is",
	    "liudi-desk ls %s 列出现有内容"},
	{"(changed while it was read)",
	    "（读取期间有改动）"},
	{"(perhaps not the newest)",
	    "（也许不是最新的）"},
	{"--accept-rewrite names one, --new-central means all: not both",
	    "--accept-rewrite 指定一个，--new-central 表示全部：不能同时使用"},
	{"--offline does not ask the central",
	    "--offline 不连接中央仓库"},
	{"--org: 1 to 100 bytes of plain text",
	    "--org：1 到 100 字节的纯文本"},
	{"--scrypt-log-n: a number from 1 to 22, not '%s'",
	    "--scrypt-log-n：应为 1 到 22 的数，而不是“%s”"},
	{"--threshold: with one share no paper is safe; 2 or more",
	    "--threshold：若一份即可恢复，哪张纸都不安全；至少 2 份"},
	{"--to is missing",
	    "缺少 --to"},
	{"1. Move owner.identity and owner.sign.age to a stick, and the stick into the safe.\n   With the owner's passphrase they open everything when the manager's are lost.\n",
	    "1. 把 owner.identity 和 owner.sign.age 移到 U 盘，U 盘放进保险箱。\n   管理者的密钥丢失时，凭所有者的口令可以用它们打开一切。\n"},
	{"1. Print the page on a printer that keeps no copy, and remove the file:\n",
	    "1. 用不留存副本的打印机打印该页，然后删除文件：\n"},
	{"2. Give each sheet to somebody else, and write on it who keeps it and where:\n",
	    "2. 每张交给不同的人，并在上面写明由谁保管、放在何处：\n"},
	{"2. Write the line 'owner' on paper, and the paper beside the stick:\n   it is how a copy of the records is known as yours.\n",
	    "2. 把“所有者”那一行抄在纸上，与 U 盘放在一起：\n   凭它才能确认某份记录副本确实属于您。\n"},
	{"3. On each workstation run 'liudi init', and here with the line it prints:\n",
	    "3. 在每台工作站运行 liudi init，再用它打印的那一行在这里运行：\n"},
	{"3. When they are in their places, try them: liudi-desk shares rehearse\n",
	    "3. 放置妥当后试一次：liudi-desk shares rehearse\n"},
	{"ASCII armour",
	    "ASCII 封装"},
	{"Compare the line 'owner' with the sheets: it must be the same.\n",
	    "请将“owner”一行与纸上的比对：必须相同。\n"},
	{"INTEGRITY",
	    "完整性问题"},
	{"Keys and %s are made. Give this line to the manager, who adds it with 'liudi-desk station add LINE':\n\n",
	    "密钥和 %s 已创建。请把下面这一行交给管理者，由其运行 liudi-desk station add 添加：\n\n"},
	{"Liudi-Prev is not the manifest before",
	    "Liudi-Prev 不是前一份清单"},
	{"Now:",
	    "接下来："},
	{"a branch with an odd name: %s",
	    "名称不合规的分支：%s"},
	{"a folder is in the place of '%s'",
	    "“%s”的位置上是一个文件夹"},
	{"a folder, or an archive ending in .tar.zst or .zip",
	    "文件夹，或以 .tar.zst 或 .zip 结尾的压缩包"},
	{"a full run in the middle of a branch",
	    "分支中途出现全量运行"},
	{"a full run of which something is missing: what it does not name stays",
	    "全量运行有缺失：它没有提到的文件保留不动"},
	{"a line is passed over: %s",
	    "略过一行：%s"},
	{"a new year: this run stores everything once",
	    "新的一年：这次运行把所有内容重新存一遍"},
	{"a path would lead out of the target",
	    "路径会指向目标之外"},
	{"a second '%s' in [%s]",
	    "“%s”重复了（在 [%s] 中）"},
	{"a second section [source %s]",
	    "[source %s] 节重复了"},
	{"a source is no longer configured: what is on file of it stays there",
	    "有一个来源已不在配置中：已留底的内容仍然保留"},
	{"a sync was cut off",
	    "一次 sync 被中断"},
	{"a younger branch was there already: two machines have the same key",
	    "已有更新的分支：两台机器用着同一把密钥"},
	{"added",
	    "新增"},
	{"after a gap",
	    "补传"},
	{"age file, %s, %llu bytes\n",
	    "age 文件，%s，%llu 字节\n"},
	{"agree to what another manager proposed",
	    "同意另一位管理者的提议"},
	{"all files below",
	    "其下的所有文件"},
	{"also open so many of the bundles, at random",
	    "另外随机解开这么多比例的数据包"},
	{"an empty last piece",
	    "末段是空的"},
	{"an owner lets it in: liudi-desk key accept LINE",
	    "由所有者接纳：liudi-desk key accept LINE"},
	{"another desk made a change at the same time",
	    "另一个管理端同时做了修改"},
	{"another process holds the lock '%s'",
	    "另一个进程正占用锁“%s”"},
	{"appended",
	    "追加"},
	{"approved\n",
	    "已同意\n"},
	{"are they of another team, or from before a new owner's key?",
	    "它们是否属于另一个团队，或早于新的所有者密钥？"},
	{"as it stood then, not now",
	    "按当时的状态，而不是现在"},
	{"ask the manager about what you do not agree to; the same command asks again",
	    "对不同意之处请询问管理者；再次运行同一命令会重新询问"},
	{"base64 of a wrong length",
	    "base64 长度不对"},
	{"begin it with '/' or '~/'",
	    "请以“/”或“~/”开头"},
	{"binary",
	    "二进制"},
	{"blocked",
	    "受阻"},
	{"bring both files back from a backup of '%s'",
	    "请从“%s”的备份恢复这两个文件"},
	{"bring the file back from a backup, or remove that line",
	    "从备份恢复该文件，或删去那一行"},
	{"build the catalogue anew",
	    "重建目录"},
	{"bundle %d has another length than the message says",
	    "数据包 %d 的长度与提交信息不符"},
	{"bundle %d is not in the message",
	    "数据包 %d 不在提交信息中"},
	{"bundle %zu opens for others than it says",
	    "数据包 %zu 的可解开者与它所说的不符"},
	{"bundle %zu: %zu chunks of %zu are there",
	    "数据包 %zu：数据块只有 %zu 个，应有 %zu 个"},
	{"bundle %zu: it is of another part",
	    "数据包 %zu：它属于另一批"},
	{"bytes behind the end of the sealed file",
	    "密封文件结尾之后还有字节"},
	{"cannot copy database '%s': %s",
	    "无法复制数据库“%s”：%s"},
	{"cannot create a file in '%s'",
	    "无法在“%s”中创建文件"},
	{"cannot fetch %s.git: %s",
	    "无法取回 %s.git：%s"},
	{"cannot flush '%s' to disk",
	    "无法把“%s”写入磁盘"},
	{"cannot keep '%s'",
	    "无法保留“%s”"},
	{"cannot lock '%s'",
	    "无法锁定“%s”"},
	{"cannot look at '%s'",
	    "无法查看“%s”"},
	{"cannot make catalogue '%s'",
	    "无法创建目录库“%s”"},
	{"cannot make folder '%s'",
	    "无法创建文件夹“%s”"},
	{"cannot make the central: %s",
	    "无法建立中央仓库：%s"},
	{"cannot move '%s'",
	    "无法移动“%s”"},
	{"cannot open '%s'",
	    "无法打开“%s”"},
	{"cannot open folder '%s'",
	    "无法打开文件夹“%s”"},
	{"cannot reach the central: %.*s",
	    "无法连接中央仓库：%.*s"},
	{"cannot reach the central: %.300s",
	    "无法连接中央仓库：%.300s"},
	{"cannot read '%s'",
	    "无法读取“%s”"},
	{"cannot read folder",
	    "无法读取文件夹"},
	{"cannot read folder '%s'",
	    "无法读取文件夹“%s”"},
	{"cannot read the desk in '%s'",
	    "无法读取“%s”中的管理端"},
	{"cannot remove '%s'",
	    "无法删除“%s”"},
	{"cannot rename '%s' to '%s'",
	    "无法把“%s”改名为“%s”"},
	{"cannot search folder",
	    "无法进入文件夹"},
	{"cannot write '%s'",
	    "无法写入“%s”"},
	{"cannot write to '%s'",
	    "无法写入“%s”"},
	{"cannot write to standard output",
	    "无法写入标准输出"},
	{"central  %s  (control.git, records.git, desk.git)\n",
	    "中央仓库  %s  (control.git, records.git, desk.git)\n"},
	{"central: ",
	    "中央仓库："},
	{"changed",
	    "变动"},
	{"check signatures and order; with a key, all bytes",
	    "核验签名和顺序；有密钥时核验全部内容"},
	{"check the network and 'central' in desk.ini, then try again",
	    "请检查网络和 desk.ini 中的 central，然后重试"},
	{"choose another central",
	    "请选择另一个中央仓库"},
	{"choose another folder, or join the team that is there",
	    "请选择另一个文件夹，或加入那里的团队"},
	{"choose another name",
	    "请另选一个名字"},
	{"choose another name on the station: 'liudi init --station NAME'",
	    "请在工作站上另取名称：liudi init --station NAME"},
	{"choose another name, or --overwrite",
	    "请换一个名称，或使用 --overwrite"},
	{"chown and chmod it: 'chmod go-w %s'",
	    "请改正其所有者和权限：chmod go-w %s"},
	{"chunk %s does not have the bytes of its name",
	    "数据块 %s 的内容与名称不符"},
	{"chunk %zu is not the one of the catalogue",
	    "第 %zu 个数据块不是目录库中的那个"},
	{"claimed   %s (started), ",
	    "自称      %s（开始），"},
	{"close the program that uses it, or wait for the next run",
	    "请关闭使用它的程序，或等下次运行"},
	{"commands:",
	    "命令："},
	{"commit    %.12s\n",
	    "提交      %.12s\n"},
	{"commit %lld is left out: %s",
	    "第 %lld 号提交未收录：%s"},
	{"commit %s is not in the history of %s",
	    "提交 %s 不在 %s 的历史中"},
	{"commit, and send with a later run",
	    "只提交，以后运行时再上传"},
	{"common options:",
	    "通用选项："},
	{"control has no file '%s'",
	    "control 中没有文件“%s”"},
	{"control was changed since that was proposed",
	    "提议之后 control 已有改动"},
	{"control.git is empty",
	    "control.git 是空的"},
	{"control.git, records.git and desk.git must be there, bare, with the hooks of liudi",
	    "那里必须有 control.git、records.git 和 desk.git 三个裸仓库，并装好 liudi 的钩子"},
	{"copy the whole line that 'liudi init' printed on the station",
	    "请完整复制工作站上 liudi init 打印的那一行"},
	{"database '%s' is busy: %s",
	    "数据库“%s”正忙：%s"},
	{"database '%s' is gone",
	    "数据库“%s”不见了"},
	{"desk.git does not hold the owner's signing key: records can be read, but no manager can be named",
	    "desk.git 中没有所有者的签名密钥：可以读取记录，但不能任命管理者"},
	{"did you mean '%s'?",
	    "是不是“%s”？"},
	{"did you mean '--%s'?",
	    "是不是“--%s”？"},
	{"did you mean '[%s]'?",
	    "是不是“[%s]”？"},
	{"did you mean '[source%s]'?",
	    "是不是“[source%s]”？"},
	{"edit that file, or use --home DIR for a second station",
	    "请修改该文件，或用 --home DIR 另建一个工作站"},
	{"error: ",
	    "错误："},
	{"files",
	    "文件"},
	{"folder '%s' is another user's, or others may write to it",
	    "文件夹“%s”属于另一个用户，或别人可以写入"},
	{"for all who may read today",
	    "为今天有权读取的所有人"},
	{"for example: liudi init --central ssh://git@host/srv/liudi --station ws-01",
	    "例如：liudi init --central ssh://git@host/srv/liudi --station ws-01"},
	{"for this one, and those named behind it",
	    "为此人，以及其后列出的人"},
	{"for what they sent before, run: liudi-desk rehead --to %s\n",
	    "要读取此前的记录，请运行：liudi-desk rehead --to %s\n"},
	{"for whom: --to NAME..., or --all",
	    "为谁：--to NAME...，或 --all"},
	{"full",
	    "全量"},
	{"git and ssh-keygen must be installed, and the folder yours to write",
	    "必须装有 git 和 ssh-keygen，并且你可以写该文件夹"},
	{"git gives no reason",
	    "git 没有说明原因"},
	{"give it on a descriptor: --%s 3 3<FILE",
	    "请通过描述符给出：--%s 3 3<FILE"},
	{"give more digits",
	    "请多给几位数字"},
	{"give the file to another manager",
	    "请把此文件交给另一位管理者"},
	{"going on with a run that was cut off",
	    "继续上次中断的运行"},
	{"header %zu bytes, payload %llu bytes, content with padding %llu bytes\n",
	    "头部 %zu 字节，密文 %llu 字节，内容连填充 %llu 字节\n"},
	{"hint: ",
	    "提示："},
	{"index what was fetched before",
	    "不连接，只整理以前取回的内容"},
	{"init needs --central and --station",
	    "init 需要 --central 和 --station"},
	{"integrity",
	    "完整性问题"},
	{"interrupted",
	    "已中断"},
	{"is it the passphrase of this identity file?",
	    "这是此身份文件的口令吗？"},
	{"is there already, and stays",
	    "已经存在，保持不变"},
	{"it begins with another branch's commits",
	    "它以另一分支的提交开头"},
	{"it follows a policy that is not in control: %s",
	    "它所依据的策略不在 control 中：%s"},
	{"it has no manifest",
	    "它没有清单"},
	{"it is not sealed to the readers of policy %lld",
	    "它没有按第 %lld 版策略加密给规定的读者"},
	{"it is not there, or we may not read it",
	    "它不在那里，或者我们无权读取"},
	{"it is number %lld where %lld is due",
	    "它的序号是 %lld，应为 %lld"},
	{"it is older than its parent",
	    "它早于其父提交"},
	{"it lies in an epoch that is not here",
	    "它在另一年的分支中，而那个分支不在这里"},
	{"its SHA-256 is not the signed one",
	    "它的 SHA-256 不是所签名的那个"},
	{"its chunks are not those that were signed",
	    "它的数据块不是所签名的那些"},
	{"its files are too long",
	    "它的文件太长"},
	{"its path leads out of its folder",
	    "它的路径指向文件夹之外"},
	{"its rules do not let through what was sent",
	    "它的规则不接受所发送的内容"},
	{"keep keys, settings and state in DIR",
	    "密钥、设置和状态放在 DIR"},
	{"keep on file what is new since the last run",
	    "保存上次运行以来的新内容"},
	{"keep our history of this branch or station aside, follow the central's",
	    "把本机保存的该分支（或该工作站）的历史另行保留，改为跟随中央仓库"},
	{"keeps a workstation's records on file, sealed and signed",
	    "为工作站留底：加密、签名并保存记录"},
	{"kept here, not yet received by the central: %s",
	    "已保存在本机，中央仓库尚未收到：%s"},
	{"key",
	    "密钥"},
	{"keys     %s\n",
	    "密钥      %s\n"},
	{"keys here: %s",
	    "这里可用的键：%s"},
	{"last run",
	    "上次运行"},
	{"leave the line out for the default",
	    "删去这一行即用默认值"},
	{"left out",
	    "未收录"},
	{"let a manager read and decide",
	    "让一位管理者可以读取和决定"},
	{"let a station send records",
	    "允许一个工作站上传记录"},
	{"links, not followed",
	    "链接，未跟随"},
	{"list files as they stood at a time",
	    "列出某一时刻的文件"},
	{"list runs, with what changed and when they came",
	    "列出各次运行、其变动和到达时间"},
	{"list the stations",
	    "列出工作站"},
	{"list who reads and decides",
	    "列出谁可以读取和决定"},
	{"liudi-desk unseal FILE >OUT",
	    "liudi-desk unseal FILE >OUT"},
	{"look and tell, keep nothing",
	    "只看并报告，不保存"},
	{"make a manager's keys on this machine",
	    "在本机生成一位管理者的密钥"},
	{"make a new key on the station: 'liudi init' in an empty home",
	    "请在工作站上用空的文件夹运行 liudi init，创建新密钥"},
	{"make a new reader's key beside the old, once a year",
	    "在旧密钥之外生成新的读取密钥，每年一次"},
	{"make one with: ssh-keygen -t ed25519",
	    "用以下命令生成：ssh-keygen -t ed25519"},
	{"make records readable for new managers",
	    "让新的管理者可以读取以往的记录"},
	{"make the owner's keys from shares",
	    "用分片恢复所有者的密钥"},
	{"make the team's keys and its central repositories",
	    "创建团队的密钥和中央仓库"},
	{"make this workstation's keys and configuration",
	    "创建本工作站的密钥和配置"},
	{"missing",
	    "缺失"},
	{"more shares are needed than there are",
	    "所需的份数多于总份数"},
	{"more than one run begins with '%s'",
	    "有多次运行以“%s”开头"},
	{"moved",
	    "移动"},
	{"name a folder, or a file ending in .tar.zst or .zip",
	    "请指定文件夹，或以 .tar.zst 或 .zip 结尾的文件"},
	{"name another folder with --home",
	    "请用 --home 指定另一个文件夹"},
	{"name as many keepers as there are shares, or none",
	    "保管人要么与份数一样多，要么都不写"},
	{"name of the team",
	    "团队名称"},
	{"name of this workstation login, e.g. ws-01",
	    "本工作站登录的名称，例如 ws-01"},
	{"name the team's central with --central",
	    "请用 --central 指明团队的中心"},
	{"new",
	    "新增"},
	{"new passphrase of the manager",
	    "管理者的新口令"},
	{"new passphrase of the owner",
	    "所有者的新口令"},
	{"no '%s' in [%s]",
	    "缺少“%s”，应写在 [%s] 中"},
	{"no age identity in the file",
	    "文件中没有 age 身份"},
	{"no command '%s'",
	    "没有命令“%s”"},
	{"no configuration at '%s'",
	    "没有配置文件“%s”"},
	{"no desk in '%s'",
	    "“%s”中没有管理端"},
	{"no home folder is known",
	    "不知道主文件夹在哪里"},
	{"no hooks in '%s'",
	    "“%s”中没有钩子"},
	{"no option '-%c'",
	    "没有选项“-%c”"},
	{"no option '--%s'",
	    "没有选项“--%s”"},
	{"no passphrase on file descriptor %d",
	    "文件描述符 %d 上没有口令"},
	{"no passphrase was given",
	    "没有输入口令"},
	{"no stations yet",
	    "还没有工作站"},
	{"no terminal to ask for the passphrase",
	    "没有终端可以询问口令"},
	{"no terminal to ask on",
	    "没有可供询问的终端"},
	{"no value for '%s' in [%s]",
	    "“%s”没有值（在 [%s] 中）"},
	{"none of the identities opens this file",
	    "没有一个身份能解开此文件"},
	{"not a '[section]' line",
	    "不是“[节]”这样的行"},
	{"not a 'key = value' line",
	    "不是“键 = 值”这样的行"},
	{"not a line of an age header",
	    "不是 age 头部中的一行"},
	{"not all its bytes are there",
	    "它的字节不全"},
	{"not an age identity",
	    "不是 age 身份"},
	{"not an age recipient",
	    "不是 age 公钥"},
	{"not an age v1 file",
	    "不是 age v1 文件"},
	{"not restored",
	    "未恢复"},
	{"not sent: --no-push",
	    "未上传：--no-push"},
	{"note",
	    "说明"},
	{"nothing is lost: it is sent again at the next run; try the address by hand if it stays so",
	    "没有丢失任何内容：下次运行会再上传；若一直如此，请手动试试该地址"},
	{"nothing is read until the notice is agreed to: liudi agree",
	    "同意告知书之前不读取任何内容：liudi agree"},
	{"nothing of '%s' has that name",
	    "“%s”中没有该名称的内容"},
	{"nothing of '%s' was kept at that time",
	    "那时没有保存过“%s”的任何内容"},
	{"nothing of it was rewritten: the central is followed as before",
	    "其中没有被改写的历史：照旧跟随中央仓库"},
	{"nothing was fetched yet",
	    "还没有取回任何内容"},
	{"object %s is damaged",
	    "对象 %s 已损坏"},
	{"object %s is missing",
	    "对象 %s 缺失"},
	{"of the team, where there is no desk yet",
	    "团队的中心，用于此处还没有 desk 时"},
	{"ok",
	    "正常"},
	{"on file: %lld files, %s; new: %lld pieces, %s\n",
	    "已留底：%lld 个文件，%s；新增：%lld 块，%s\n"},
	{"once more",
	    "再输入一次"},
	{"one of: %s",
	    "可选：%s"},
	{"one share a line",
	    "每行一份"},
	{"only an owner decides who reads, and no owner's keys are on this machine",
	    "只有所有者能决定谁可读取，而本机没有所有者的密钥"},
	{"open a sealed file to standard output",
	    "解开一个密封文件，写到标准输出"},
	{"open everything again, from the repository alone",
	    "只凭仓库重新解开全部内容"},
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
	{"others may read the secret in '%s'",
	    "别人可以读取“%s”中的秘密"},
	{"out of memory",
	    "内存不足"},
	{"owner    %s\n",
	    "所有者    %s\n"},
	{"part %lld of a run whose parts before are not here",
	    "某次运行的第 %lld 批，而之前的批次不在这里"},
	{"partial",
	    "不全"},
	{"passphrase of the file",
	    "文件的口令"},
	{"passphrase of the identity",
	    "身份文件的口令"},
	{"passphrase of the manager",
	    "管理者的口令"},
	{"passphrase of the owner",
	    "所有者的口令"},
	{"path '%s' is not absolute",
	    "路径“%s”不是完整路径"},
	{"print JSON lines",
	    "以 JSON 行输出"},
	{"print errors only",
	    "只输出错误"},
	{"print the owner's key as shares of words",
	    "把所有者的密钥印成若干份词语分片"},
	{"problems",
	    "问题"},
	{"process %d holds the lock '%s'",
	    "进程 %d 正在运行，占用了锁“%s”"},
	{"propose it again",
	    "请重新提议"},
	{"proposed; another manager looks at it and runs: liudi-desk approve %s\n",
	    "已写成提议；请另一位管理者查看并运行：liudi-desk approve %s\n"},
	{"read and list every file again",
	    "重新读取并列出所有文件"},
	{"read it first: liudi agree",
	    "请先阅读：liudi agree"},
	{"read the owner's passphrase from file descriptor N",
	    "从文件描述符 N 读取所有者的口令"},
	{"read the passphrase from file descriptor N",
	    "从文件描述符 N 读取口令"},
	{"reader's key of %s, fingerprint %s\n",
	    "%s 的读取密钥，指纹 %s\n"},
	{"readers  manager and owner: all records are sealed to both\n",
	    "读者      管理者和所有者：所有记录同时加密给两者\n"},
	{"receipts %s\n",
	    "回执      %s\n"},
	{"receive, check and index what stations sent",
	    "接收、核验并整理工作站上传的内容"},
	{"received  %s\n",
	    "收到      %s\n"},
	{"records of %s:",
	    "%s 的记录："},
	{"remove it and run 'liudi init' again; files that change are then stored whole once",
	    "请删除它，再运行 liudi init；之后有变动的文件会整个再保存一次"},
	{"remove it, and control is checked from its first commit on",
	    "请删除它，control 将从第一个提交开始核验"},
	{"removed",
	    "删除"},
	{"replace files that are there",
	    "替换已有的文件"},
	{"restore into an empty folder",
	    "请恢复到空文件夹"},
	{"retire it, or choose another name: liudi-desk key add NAME",
	    "请先停用它，或另选一个名字：liudi-desk key add NAME"},
	{"rewritten",
	    "改写"},
	{"run       started (its clock)    received =, seen <    station         parts  +new >grown ~moved !cut -gone",
	    "运行      开始（自报时间）       收到 =，初见 <        工作站           批次  +新增 >追加 ~移动 !改写或截短 -删除"},
	{"run %lld received by the central",
	    "中央仓库已收到第 %lld 号运行"},
	{"run 'liudi init --central … --station ID' first",
	    "请先运行 liudi init --central … --station ID"},
	{"run 'liudi init' again to make one; files that change are then stored whole once",
	    "请再运行 liudi init 创建；之后有变动的文件会整个再保存一次"},
	{"run 'liudi init' again to make one; the manager then adds the new line",
	    "请再运行 liudi init 创建；然后由管理者添加新的一行"},
	{"run 'liudi-desk init' first",
	    "请先运行 liudi-desk init"},
	{"run 'liudi-desk init', or name the folder with --home",
	    "请运行 liudi-desk init，或用 --home 指定文件夹"},
	{"run 'liudi-desk sync --rebuild'",
	    "请运行 liudi-desk sync --rebuild"},
	{"run 'liudi-desk sync'",
	    "请运行 liudi-desk sync"},
	{"run 'liudi-desk sync', then try again",
	    "请运行 liudi-desk sync，然后重试"},
	{"run 'sh setup DIR' of liudi's hooks on the server, or give a folder",
	    "在服务器上运行 liudi 钩子中的 sh setup DIR，或给出一个文件夹"},
	{"run it as the user who ran 'liudi init'",
	    "请用当初运行“liudi init”的用户来运行"},
	{"run it as the user whose desk it is",
	    "请以该管理端所属的用户运行"},
	{"run it as the user whose desk it is, or copy the folder to where it can be written",
	    "请以该管理端所属的用户运行，或把文件夹复制到可写的位置"},
	{"run the command again",
	    "请再次运行该命令"},
	{"runs from this day or time on",
	    "从这一天或时刻起的运行"},
	{"runs up to this day or time",
	    "到这一天或时刻为止的运行"},
	{"save the file as UTF-8",
	    "请把文件存为 UTF-8"},
	{"say more",
	    "输出更多信息"},
	{"say what a sealed file shows without a key",
	    "显示密封文件在没有密钥时可见的内容"},
	{"scrypt cost of the key files: 2^N (18)",
	    "密钥文件的 scrypt 强度：2^N（18）"},
	{"seal nothing more to a manager",
	    "今后不再加密给某位管理者"},
	{"see 'liudi-desk key list'",
	    "参见“liudi-desk key list”"},
	{"seen      %s\n\n",
	    "初见      %s\n\n"},
	{"sending %s of %s",
	    "正在上传 %s / %s"},
	{"sent; at the next 'liudi-desk sync' their desks read the old records\n",
	    "已发送；下次“liudi-desk sync”后，他们的 desk 即可读取以往的记录\n"},
	{"set HOME",
	    "请设置 HOME"},
	{"set LIUDI_HOOKS_DIR to the folder 'hooks' of liudi",
	    "请把 LIUDI_HOOKS_DIR 设为 liudi 的 hooks 文件夹"},
	{"share %lld, its words in order (four letters of each suffice): ",
	    "第 %lld 份，按顺序输入各词（每词前四个字母即可）："},
	{"shares on paper hold an owner's key: it is not renewed",
	    "所有者的密钥已印成纸质分片：不作更新"},
	{"shares that suffice (2)",
	    "恢复所需的份数（2）"},
	{"shares to make (3)",
	    "总份数（3）"},
	{"show the team's notice, and agree to it",
	    "显示团队的告知书，并表示同意"},
	{"show the version",
	    "显示版本"},
	{"show this help",
	    "显示本帮助"},
	{"show what one run added, changed and removed",
	    "显示一次运行新增、改动和删除了什么"},
	{"signed by a key that may not sign at that date",
	    "签名的密钥在那个日期无权签名"},
	{"signed by the key of station '%s'",
	    "签名的是工作站“%s”的密钥"},
	{"since",
	    "开始"},
	{"size",
	    "大小"},
	{"somebody changed control.git by hand: compare it with another desk's before anything else",
	    "有人手动改过 control.git：请先与另一个管理端的副本比较"},
	{"source '%s' was %s: %s",
	    "来源“%s”的状态为 %s：%s"},
	{"special, not kept",
	    "特殊文件，未保存"},
	{"ssh command to reach the central with",
	    "连接中央仓库所用的 ssh 命令"},
	{"ssh-keygen -p -f FILE -N '' removes it",
	    "ssh-keygen -p -f FILE -N '' 可以去掉它"},
	{"ssh-keygen -t ed25519 -N '' makes one",
	    "ssh-keygen -t ed25519 -N '' 可以创建"},
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
	{"take the file that --propose made",
	    "请使用 --propose 生成的文件"},
	{"take the identity of a name in control's 'recipients' (option -i)",
	    "请用 control 的 recipients 中某人的身份（选项 -i）"},
	{"take the owner.identity and owner.sign.age that 'liudi-desk init' made",
	    "请使用“liudi-desk init”生成的 owner.identity 和 owner.sign.age"},
	{"team     %s\n",
	    "团队      %s\n"},
	{"team     %s\nowner    %s\n",
	    "团队     %s\nowner    %s\n"},
	{"tell the manager; the next run sends everything again in a new branch",
	    "请告诉管理者；下次运行会在新分支上重新上传全部内容"},
	{"text before the armour",
	    "封装之前有多余文字"},
	{"text behind the armour",
	    "封装之后有多余文字"},
	{"that commit was left out: 'liudi-desk log' says why",
	    "该提交未收录：liudi-desk log 说明原因"},
	{"the age file has ended",
	    "age 文件提前结束"},
	{"the age header is cut",
	    "age 头部被截断"},
	{"the age header was changed",
	    "age 头部被改动过"},
	{"the armour is cut",
	    "ASCII 封装被截断"},
	{"the author is '%s'",
	    "作者是“%s”"},
	{"the catalogue cannot be read where nothing can be written: %s",
	    "在不可写入的位置无法读取目录库：%s"},
	{"the catalogue does not say what the repository says; run 'liudi-desk sync' (--rebuild if it stays)",
	    "目录库与仓库不一致；请运行 liudi-desk sync（仍不一致则加 --rebuild）"},
	{"the catalogue is damaged",
	    "目录已损坏"},
	{"the catalogue is in use",
	    "目录正在使用中"},
	{"the catalogue is of another version",
	    "目录是另一个版本的"},
	{"the central cannot be reached: this is the last known state",
	    "无法连接中央仓库：以下是最后已知的状态"},
	{"the central changed its history: %s is at %s here, and it has it no longer; our copy stays",
	    "中央仓库改动了历史：%s 在本机位于 %s，而中央仓库已没有该分支；本机的副本不变"},
	{"the central changed its history: %s is there at %s, which does not follow on %s; our copy stays",
	    "中央仓库改动了历史：%s 在那里位于 %s，不是 %s 的延续；本机的副本不变"},
	{"the central changed while it was read",
	    "读取期间中央仓库发生了变化"},
	{"the central does not speak git's protocol",
	    "中央仓库不懂 git 协议"},
	{"the central has other commits of this station: going on in a new branch",
	    "中央仓库有本工作站的其他提交：改在新分支上继续"},
	{"the central has other histories than this desk (%.*s …); to keep ours aside and follow it: liudi-desk sync --accept-rewrite STATION, or --new-central for all",
	    "中央仓库的历史与本机不同（%.*s …）；若要另行保留本机的历史并跟随中央仓库：liudi-desk sync --accept-rewrite 工作站，或用 --new-central 接受全部"},
	{"the central knows this station from before: beginning a new branch",
	    "中央仓库早已有本工作站：开始新分支"},
	{"the central lost it: restore the central, or let the next run begin a new branch",
	    "中央仓库丢失了它：请恢复中央仓库，或让下次运行开始新分支"},
	{"the central refused the push; its own words are above; the manager can mend it",
	    "中央仓库拒绝了上传；它的原话见上；管理者可以解决"},
	{"the central refused: %.*s",
	    "中央仓库拒绝：%.*s"},
	{"the central refuses: %.*s",
	    "中央仓库拒绝：%.*s"},
	{"the central signs no receipts, so it is without the hooks of liudi: what is deleted there shows, but nothing prevents it",
	    "中央仓库不签发回执，说明没有安装 liudi 的钩子：那里的删除会被发现，但无法阻止"},
	{"the central's address is not plain text",
	    "中央仓库的地址不是纯文本"},
	{"the central's branch 'receipts' is not one of receipts",
	    "中央仓库的 receipts 分支不是回执分支"},
	{"the central's control is not the one that this desk knows; it is never replaced: put control.git of this desk back to the central",
	    "中央仓库的 control 不是本管理端所知的那一份；本机的绝不会被替换：请把本机的 control.git 放回中央仓库"},
	{"the central's receipt is not signed by its key",
	    "中央仓库的回执不是用它的密钥签名的"},
	{"the central's server_key is not one line for receipts",
	    "中央仓库的 server_key 不是一行回执公钥"},
	{"the commit is dated ahead of our clock by %lld seconds",
	    "提交的日期比本机时钟早到 %lld 秒"},
	{"the file is under a passphrase",
	    "文件有口令保护"},
	{"the files that stand now are not those that the station says",
	    "现存的文件与工作站所说的不符"},
	{"the helper that reads the file broke off",
	    "读取文件的进程中断了"},
	{"the kernel refuses the sandbox (seccomp)",
	    "内核拒绝沙箱（seccomp）"},
	{"the keys of '%s' are not on this machine; put them into '%s'",
	    "“%s”的密钥不在本机；请把它们放入“%s”"},
	{"the line is too long",
	    "此行太长"},
	{"the managers were shown other commits of this station than it sent",
	    "管理者看到的本工作站的提交与它发送的不同"},
	{"the manifest opens for others than it says",
	    "清单的可解开者与它所说的不符"},
	{"the name '%s' belongs to another key",
	    "名称“%s”已属于另一把密钥"},
	{"the next run reads everything",
	    "下一次运行会读取全部"},
	{"the opener ended unexpectedly",
	    "解密进程意外结束"},
	{"the owner's keys still lie in '%s': move owner.identity and owner.sign.age to a stick, and that into a safe",
	    "所有者的密钥仍在“%s”中：请把 owner.identity 和 owner.sign.age 移到 U 盘，并将其锁入保险柜"},
	{"the page, or a folder for it",
	    "页面文件，或存放它的文件夹"},
	{"the passphrase holds a NUL byte",
	    "口令中含有 NUL 字节"},
	{"the passphrase is empty",
	    "口令为空"},
	{"the private key is damaged",
	    "私钥已损坏"},
	{"the private key is under a passphrase",
	    "私钥有口令保护"},
	{"the proposal was changed behind its signature",
	    "提议在签名之后被改动过"},
	{"the reading process was lost (%d)",
	    "读取进程意外结束（%d）"},
	{"the reading process wrote something else than headers",
	    "读取进程写出的不是文件头"},
	{"the record of what is stored does not fit the branch: this run reads everything",
	    "已存内容的记录与分支不符：这次运行读取全部内容"},
	{"the run before was never finished",
	    "前一次运行没有完成"},
	{"the run began %lld seconds after its commit",
	    "运行的开始比其提交晚 %lld 秒"},
	{"the run ended before it began",
	    "运行的结束早于开始"},
	{"the run has too many parts",
	    "这次运行的批次太多"},
	{"the run of commit %.12s is played again",
	    "提交 %.12s 的运行被重放"},
	{"the same for all: the central was made anew",
	    "对所有分支如此：中央仓库已重建"},
	{"the sealed bytes were changed",
	    "密文被改动过"},
	{"the sealed bytes were cut or changed",
	    "密文被截断或改动过"},
	{"the sealed file is cut",
	    "密封文件被截断"},
	{"the sealed file is too large",
	    "密封文件太大"},
	{"the signature is wrong",
	    "签名错误"},
	{"the station counts %lld files, we %zu",
	    "工作站数出 %lld 个文件，本机数出 %zu 个"},
	{"the team is called '%s' there",
	    "那里的团队名称是“%s”"},
	{"the two passphrases differ",
	    "两次输入的口令不同"},
	{"the version of the notice that was read",
	    "已阅读的告知书的版本"},
	{"the words to standard output instead, a line each",
	    "改为把词语输出到标准输出，每份一行"},
	{"there is a desk in '%s' already",
	    "“%s”中已有管理端"},
	{"there is no catalogue to take a sample of",
	    "没有可以抽样的目录"},
	{"there is no catalogue yet",
	    "还没有目录"},
	{"there is no run '%s'",
	    "没有运行“%s”"},
	{"there is no station '%s'",
	    "没有工作站“%s”"},
	{"these are shares of something else",
	    "这些是别的东西的分片"},
	{"these shares open the records of this team\n",
	    "这些分片能打开本团队的记录\n"},
	{"this identity is not among the readers",
	    "此身份不在可读者之中"},
	{"this is no proposal",
	    "这不是提议文件"},
	{"too many bundles in a part",
	    "一批中的数据包太多"},
	{"too many streams",
	    "数据流太多"},
	{"too many unsent branches",
	    "未上传的分支太多"},
	{"touched",
	    "属性"},
	{"truncated",
	    "截短"},
	{"try shares without showing the key",
	    "试用分片，不显示密钥"},
	{"unfinished",
	    "未完成"},
	{"unknown key '%s' in [%s]",
	    "没有“%s”这个键（在 [%s] 中）"},
	{"unknown section '[%s]'",
	    "没有“[%s]”这样的节"},
	{"unreadable",
	    "难读"},
	{"until",
	    "截止"},
	{"usage: %s %s COMMAND [OPTION…] [ARGUMENT…]\n",
	    "用法：%s %s 命令 [选项…] [参数…]\n"},
	{"usage: %s %s [OPTION…] %s",
	    "用法：%s %s [选项…] %s"},
	{"usage: %s %s [OPTION…]%s%s\n",
	    "用法：%s %s [选项…]%s%s\n"},
	{"usage: %s [OPTION…] COMMAND [ARGUMENT…]\n",
	    "用法：%s [选项…] 命令 [参数…]\n"},
	{"use a kernel with CONFIG_SECCOMP_FILTER, or a container that allows seccomp",
	    "请使用带 CONFIG_SECCOMP_FILTER 的内核，或允许 seccomp 的容器"},
	{"use a-z, 0-9 and '-', at most 32, e.g. ws-01",
	    "请用 a-z、0-9 和“-”，最多 32 个，例如 ws-01"},
	{"wait for the other liudi-desk to end",
	    "请等另一个 liudi-desk 结束"},
	{"wait until the other run has ended",
	    "请等另一次运行结束"},
	{"warning",
	    "警告"},
	{"warning: ",
	    "警告："},
	{"what a file holds is not written to a terminal",
	    "文件内容不会写到终端上"},
	{"what it holds is left out: %s",
	    "其内容未收录：%s"},
	{"what people at stations agree to: notice.en.md and notice.zh.md of DIR, 'standard' or 'none'",
	    "工作站上的人要同意的告知书：DIR 中的 notice.en.md 和 notice.zh.md，或 standard、none"},
	{"what the managers of a team do: receive, check and read its records",
	    "团队管理者的工具：接收、核验和查阅记录"},
	{"what was fetched before stays good; check the address, the key and the network",
	    "以前取回的内容仍然有效；请检查地址、密钥和网络"},
	{"where the team's records go",
	    "团队记录的去处"},
	{"who can write the folder '%s' can delete it: for more than tests and one machine use ssh://",
	    "能写“%s”文件夹的人就能删除它：除测试和单机外请使用 ssh://"},
	{"who proposes a change does not approve it",
	    "提议者不能自己同意"},
	{"whose key; an owner's",
	    "谁的密钥；须为所有者"},
	{"whose keys open the records",
	    "用谁的密钥打开记录"},
	{"with mode, size and time",
	    "带权限、大小和时间"},
	{"without an owner: for a second manager",
	    "所有者不在时：交由第二位管理者"},
	{"would read %lld files, %s; nothing was kept\n",
	    "将读取 %lld 个文件，%s；没有保存任何内容\n"},
	{"write '**' for many folders",
	    "多层文件夹请写“**”"},
	{"write '[source NAME]'",
	    "请写“[source 名称]”"},
	{"write 'yes' or 'no'",
	    "请写 yes 或 no"},
	{"write /folder, ssh://user@host/folder or https://host/folder",
	    "请写 /folder、ssh://user@host/folder 或 https://host/folder"},
	{"write files as they stood at a time",
	    "恢复某一时刻的文件"},
	{"write it as 2026-11-23, '2026-11-23 18:00', 2026-11-23T18:00:05Z, now or yesterday",
	    "请写成 2026-11-23、'2026-11-23 18:00'、2026-11-23T18:00:05Z、now 或 yesterday"},
	{"write nothing behind the ']'",
	    "“]”后面不要写任何内容"},
	{"write one line to it, e.g. %d<FILE",
	    "请向它写入一行，例如 %d<FILE"},
	{"write ssh://user@host/path, https://host/path or a folder",
	    "请写 ssh://user@host/path、https://host/path 或文件夹"},
	{"write the folder in full",
	    "请写出完整的文件夹路径"},
	{"wrong Bech32 checksum: a typing or copying error",
	    "Bech32 校验和错误：输入或复制有误"},
	{"wrong passphrase",
	    "口令错误"},
	{"your login at a central over ssh: a public key",
	    "你通过 ssh 登录中央仓库的公钥"},
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

/* A conversion of a format, and what stood in its place. */
struct filled {
	const char *text;
	size_t len;
	bool quoted;
};
#define MAX_FILLED 8

/* The length of the conversion at S, or 0; "%%" is none. */
static size_t
conversion(const char *s)
{
	size_t n;

	if (s[0] != '%' || s[1] == '%')
		return 0;
	n = 1 + strspn(s + 1, "-0123456789.*lzjh");
	return s[n] ? n + 1 : 0;
}

/* The literal text at *FMT into OUT ("%%" is '%'); moves *FMT behind it. */
static size_t
literal(const char **fmt, char *out, size_t size)
{
	size_t n = 0;

	while (**fmt && conversion(*fmt) == 0 && n + 1 < size) {
		if ((*fmt)[0] == '%' && (*fmt)[1] == '%')
			(*fmt)++;
		out[n++] = *(*fmt)++;
	}
	out[n] = '\0';
	return n;
}

/* The end of what was filled in at TEXT: the literal LIT follows. */
static const char *
filled_end(const char *text, const char *lit, size_t n, bool last)
{
	size_t len = strlen(text);

	if (!last)
		return n > 0 ? strstr(text, lit) : NULL;
	if (len < n || strcmp(text + len - n, lit) != 0)
		return NULL;
	return text + len - n;
}

/* How many conversions of FMT gave TEXT; -1 if it is not of FMT. */
static int
unfill(const char *fmt, const char *text, struct filled f[MAX_FILLED])
{
	char lit[CLI_FILLED_LEN];
	size_t n = literal(&fmt, lit, sizeof(lit)), i;
	const char *end;
	char type;
	int k = 0;

	if (strncmp(text, lit, n) != 0)
		return -1;
	text += n;
	while (*fmt) {
		i = conversion(fmt);
		if (i == 0 || k == MAX_FILLED)
			return -1;
		type = fmt[i - 1];
		fmt += i;
		n = literal(&fmt, lit, sizeof(lit));
		end = filled_end(text, lit, n, !*fmt);
		if (!end)
			return -1;
		f[k] = (struct filled){text, (size_t)(end - text),
		    *end == '\''};
		if (type != 's' && strspn(text, "-0123456789abcdef") <
		    f[k].len)
			return -1;
		text = end + n;
		k++;
	}
	return *text ? -1 : k;
}

/* ZH with F in the place of its conversions; 0, or -1: no room. */
static int
fill(const char *zh, const struct filled *f, char *out, size_t size)
{
	char lit[CLI_FILLED_LEN];
	size_t n, used = 0;

	for (;;) {
		n = literal(&zh, lit, sizeof(lit));
		if (used + n >= size)
			return -1;
		memcpy(out + used, lit, n + 1);
		used += n;
		n = conversion(zh);
		if (n == 0)
			return 0;
		if (used + f->len >= size)
			return -1;
		memcpy(out + used, f->text, f->len);
		used += f->len;
		out[used] = '\0';
		zh += n;
		f++;
	}
}

/* Words of ours among what was filled in; a name stands in quotes. */
static void
words(struct filled *f, size_t n)
{
	char word[32];
	const char *zh;
	size_t i;

	for (i = 0; i < n; i++) {
		if (f[i].len >= sizeof(word) || f[i].quoted)
			continue;
		(void)snprintf(word, sizeof(word), "%.*s", (int)f[i].len,
		    f[i].text);
		zh = cli_tr(word);
		if (zh != word)
			f[i] = (struct filled){zh, strlen(zh), false};
	}
}

/* Does FMT end in ": %s"?  What comes there may be a text of the table. */
static bool
ends_in_text(const char *fmt)
{
	const char *colon = strrchr(fmt, ':');
	size_t n = colon && colon[1] == ' ' ? conversion(colon + 2) : 0;

	return n > 0 && colon[n + 1] == 's' && !colon[n + 2];
}

/* The system's own texts, which end many of ours. */
static const char *
system_text(const char *text)
{
	static const struct {
		int number;
		const char *zh;
	} known[] = {
		{EACCES, "没有权限"}, {EPERM, "不允许这样做"},
		{ENOENT, "没有这个文件或文件夹"}, {EEXIST, "已经存在"},
		{ENOTDIR, "不是文件夹"}, {EISDIR, "是文件夹"},
		{ENOSPC, "磁盘已满"}, {EROFS, "磁盘只可读取"},
		{EIO, "读写出错"}, {EBUSY, "正被使用"},
		{ENAMETOOLONG, "名称太长"}, {ELOOP, "链接层数太多"},
		{EMFILE, "打开的文件太多"}, {ENOMEM, "内存不足"},
		{EDQUOT, "超出磁盘配额"}, {EINVAL, "不支持"},
		{EPIPE, "对方已经关闭"}, {ENOTEMPTY, "文件夹不是空的"}
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(strerror(known[i].number), text) == 0)
			return known[i].zh;
	return text;
}

/* The first ": " that stands in no quoted name, or NULL. */
static const char *
joint(const char *text)
{
	bool quoted = false;

	for (; *text; text++) {
		if (*text == '\'')
			quoted = !quoted;
		else if (!quoted && text[0] == ':' && text[1] == ' ')
			return text;
	}
	return NULL;
}

/*
 * "A: B" where no format has both: whoever passed an error on put a name in
 * front, or the system's text stands behind.
 */
static const char *
in_halves(const char *text, char out[CLI_FILLED_LEN])
{
	char left[CLI_FILLED_LEN], a[CLI_FILLED_LEN], b[CLI_FILLED_LEN];
	const char *colon = joint(text), *first, *second;
	int n;

	if (!colon || (size_t)(colon - text) >= sizeof(left))
		return text;
	(void)snprintf(left, sizeof(left), "%.*s", (int)(colon - text), text);
	first = cli_tr_filled(left, a);
	second = cli_tr_filled(colon + 2, b);
	if (first == left && second == colon + 2)
		return text;
	n = snprintf(out, CLI_FILLED_LEN, "%s：%s", first, second);
	return n < 0 || n >= CLI_FILLED_LEN ? text : out;
}

const char *
cli_tr_filled(const char *text, char out[CLI_FILLED_LEN])
{
	struct filled f[MAX_FILLED];
	char rest[CLI_FILLED_LEN];
	const char *whole = cli_tr(text);
	size_t i;
	int n;

	if (whole != text || !wants_chinese())
		return whole;
	whole = system_text(text);
	if (whole != text)
		return whole;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		n = unfill(pairs[i].en, text, f);
		if (n <= 0)
			continue;
		/* shorter than TEXT, so this ends */
		if (ends_in_text(pairs[i].en)) {
			f[n - 1].text = cli_tr_filled(f[n - 1].text, rest);
			f[n - 1].len = strlen(f[n - 1].text);
		}
		words(f, (size_t)n);
		return fill(pairs[i].zh, f, out, CLI_FILLED_LEN) < 0 ? text :
		    out;
	}
	return in_halves(text, out);
}
