# The tools of the bench: history needs ours; of the others the scripts there
# build their own copy as well.
option(LIUDI_BENCH "add the targets of tests/bench" OFF)

add_executable(bench_history bench/history.c)
target_link_libraries(bench_history PRIVATE liudi_repo liudi_seal)
if(LIUDI_BENCH)
	add_executable(bench_corpus EXCLUDE_FROM_ALL bench/corpus.c)
	target_link_libraries(bench_corpus PRIVATE liudi_flags PkgConfig::SQLITE)
	add_executable(bench_measure EXCLUDE_FROM_ALL bench/measure.c)
	target_link_libraries(bench_measure PRIVATE liudi_flags)
	add_executable(bench_shops EXCLUDE_FROM_ALL bench/shops.c
		shop/server.c)
	target_include_directories(bench_shops PRIVATE shop)
	target_link_libraries(bench_shops PRIVATE liudi_shop)
	add_executable(bench_words EXCLUDE_FROM_ALL bench/words.c
		bench/speech.c)
	target_link_libraries(bench_words PRIVATE liudi_desk PkgConfig::SQLITE)
	add_executable(bench_messages EXCLUDE_FROM_ALL bench/messages.c
		bench/speech.c)
	target_link_libraries(bench_messages PRIVATE liudi_desk
		PkgConfig::SQLITE)
	add_executable(bench_chats EXCLUDE_FROM_ALL bench/chats.c
		bench/speech.c)
	target_link_libraries(bench_chats PRIVATE liudi_base)
	add_executable(bench_recovery EXCLUDE_FROM_ALL bench/recovery.c)
	target_link_libraries(bench_recovery PRIVATE liudi_vault)
	add_executable(bench_yajl EXCLUDE_FROM_ALL bench/yajl.c)
	target_link_libraries(bench_yajl PRIVATE liudi_flags PkgConfig::YAJL)
endif()
