/* tests/fuzz/goods_fuzz.c - lists of goods, tables and workbooks. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chat/goods.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chat_bytes bytes = {data, size};
	struct err e = ERR_INIT;
	struct chat_input in;
	struct goods g;
	size_t i;

	chat_input_bytes(&in, &bytes, "list");
	if (goods_read(&in, &g, &e) == 0)
		for (i = 1; i < g.n; i++)
			if (strcmp(g.item[i - 1].id, g.item[i].id) > 0)
				abort();
	goods_free(&g);
	return 0;
}
