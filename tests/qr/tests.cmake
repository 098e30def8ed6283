liudi_test(qr qr DEPENDS base)
