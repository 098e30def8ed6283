foreach(module IN ITEMS canon central)
	liudi_test(repo ${module})
endforeach()
