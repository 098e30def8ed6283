# The command line of both programs.
liudi_test(cli cli)
