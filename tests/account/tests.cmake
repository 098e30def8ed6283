# Events, their sealed files, and the book that they make.
liudi_test(account account_event)
liudi_test(account eventfile DEPENDS open)
liudi_test(account book)
liudi_fuzz(account_event DEPENDS account)
liudi_fuzz(eventfile DEPENDS account)
# Names, what platforms are, one-time-password seeds.
liudi_test(account platform)
liudi_test(account naming)
liudi_test(account otpauth)
liudi_test(account creds)
liudi_test(account teamrows)
liudi_fuzz(otpauth DEPENDS account)
liudi_fuzz(creds DEPENDS account)
