foreach(module IN ITEMS err buf str utf8 base64 jsonw path file clock proc)
	liudi_test(base ${module})
endforeach()
liudi_test(base sandbox LIBS Threads::Threads)

liudi_fuzz(base64 DEPENDS base)
