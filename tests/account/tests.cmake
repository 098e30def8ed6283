# Events, their sealed files.
liudi_test(account account_event)
liudi_test(account eventfile DEPENDS open)
liudi_fuzz(account_event DEPENDS account)
liudi_fuzz(eventfile DEPENDS account)
# Names, what platforms are, one-time-password seeds.
liudi_test(account platform)
liudi_test(account naming)
liudi_test(account otpauth)
liudi_fuzz(otpauth DEPENDS account)
