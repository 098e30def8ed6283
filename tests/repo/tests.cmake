foreach(module IN ITEMS canon central packw)
	liudi_test(repo ${module})
endforeach()
