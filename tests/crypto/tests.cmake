foreach(module IN ITEMS hash secmem bech32 x25519 ed25519 aead pbkdf2
	scrypt hmac argon2 chacha20)
	liudi_test(crypto ${module})
endforeach()
# It includes crypto/hex_vector.h, which is beside it.
foreach(module IN ITEMS hash bech32 x25519 ed25519 aead pbkdf2
	scrypt hmac argon2 chacha20)
	target_include_directories(${module}_test PRIVATE
		${CMAKE_CURRENT_SOURCE_DIR})
endforeach()

liudi_fuzz(bech32 DEPENDS crypto)
