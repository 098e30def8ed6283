# What lies where once installed, and two packages for Debian made of the same
# rules: component liudi is the workstation's, component liudi-desk the
# manager's.  `sh config/package.sh` makes them.
#
# LIUDI_PACKAGE: what is built does not look into this folder.

# Tests are not packed: they need not be built for it.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(share ${CMAKE_INSTALL_DATADIR})
set(made ${PROJECT_BINARY_DIR}/package)
set(completions ${PROJECT_BINARY_DIR}/src/cli/completions)

# page COMPONENT SECTION FILE: a manual page.
function(liudi_page COMPONENT SECTION FILE)
	get_filename_component(name ${FILE} NAME)
	configure_file(${FILE} ${made}/${name} COPYONLY)
	execute_process(COMMAND gzip -9nfk ${made}/${name}
		COMMAND_ERROR_IS_FATAL ANY)
	install(FILES ${made}/${name}.gz COMPONENT ${COMPONENT}
		DESTINATION ${CMAKE_INSTALL_MANDIR}/man${SECTION})
endfunction()
liudi_page(liudi 1 ${PROJECT_SOURCE_DIR}/docs/man/liudi.1)
liudi_page(liudi 5 ${PROJECT_SOURCE_DIR}/docs/man/liudi.ini.5)
liudi_page(liudi-desk 1 ${PROJECT_SOURCE_DIR}/docs/man/liudi-desk.1)

# What each shell reads; Debian keeps what packages bring in folders of its own.
set(zsh ${share}/zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
	set(zsh ${share}/zsh/vendor-completions)
endif()
foreach(program IN ITEMS liudi liudi-desk)
	install(FILES ${completions}/${program}.bash COMPONENT ${program}
		DESTINATION ${share}/bash-completion/completions
		RENAME ${program})
	install(FILES ${completions}/${program}.zsh COMPONENT ${program}
		DESTINATION ${zsh} RENAME _${program})
	install(FILES ${completions}/${program}.fish COMPONENT ${program}
		DESTINATION ${share}/fish/vendor_completions.d)
endforeach()

# Where `liudi-desk init` looks for hooks and notice.
install(DIRECTORY hooks/ DESTINATION ${share}/liudi/hooks
	COMPONENT liudi-desk
	FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
		GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(FILES config/notice.en.md config/notice.zh.md
	COMPONENT liudi-desk DESTINATION ${share}/liudi/notice)
# What tells people of an audit.
install(DIRECTORY config/notify/ DESTINATION ${share}/liudi/notify
	COMPONENT liudi-desk
	FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
		GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# To read, and to begin with.
install(FILES README.md config/liudi.ini.sample docs/FORMAT.md docs/THREATS.md
	COMPONENT liudi DESTINATION ${share}/doc/liudi)
install(FILES config/desk.ini.sample docs/RECOVERY.md docs/REPORTS.md
		docs/age-key.awk docs/recover.sh
	COMPONENT liudi-desk DESTINATION ${share}/doc/liudi-desk)

# --- Packages.

set(deb ${PROJECT_SOURCE_DIR}/config/deb)
foreach(package IN ITEMS liudi liudi-desk)
	foreach(name IN ITEMS changelog copyright)
		configure_file(${deb}/${name} ${made}/${package}/${name}
			COPYONLY)
	endforeach()
	execute_process(COMMAND gzip -9nfk ${made}/${package}/changelog
		COMMAND_ERROR_IS_FATAL ANY)
	install(FILES ${made}/${package}/changelog.gz
			${made}/${package}/copyright
		COMPONENT ${package} DESTINATION ${share}/doc/${package})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME liudi)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
	"records of a sales team, kept on file: sealed, signed, dated")
set(CPACK_PACKAGE_CONTACT "the liudi authors <liudi@liudi.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE
	OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL liudi liudi-desk)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_LIUDI_PACKAGE_NAME liudi)
set(CPACK_DEBIAN_LIUDI_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_LIUDI_DESCRIPTION
	"The records of a sales team that works through web shops and chat: chat
exports, designs, pages of shops and registrations of accounts go from each
workstation to a git repository, sealed so that only the team's managers can
read them, and signed so that nobody can change them unnoticed.
.
This is the workstation's half.  It holds no code that decrypts.")
set(CPACK_DEBIAN_LIUDI_PACKAGE_DEPENDS "git, openssh-client")
set(CPACK_DEBIAN_LIUDI_PACKAGE_RECOMMENDS
	"chromium-headless-shell, fonts-noto-cjk, libnotify-bin")
set(CPACK_DEBIAN_LIUDI_PACKAGE_SUGGESTS "liudi-desk")
set(CPACK_DEBIAN_LIUDI_PACKAGE_CONTROL_EXTRA ${deb}/postrm)

set(CPACK_DEBIAN_LIUDI-DESK_PACKAGE_NAME liudi-desk)
set(CPACK_DEBIAN_LIUDI-DESK_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_LIUDI-DESK_DESCRIPTION
	"The records of a sales team that works through web shops and chat, as the
workstations' program liudi keeps them: this is the manager's half.  It says
what came, what is missing and what was tampered with, restores files,
searches chats, keeps the book of accounts, and shows it all on a local page.
.
The hooks that let a git server refuse deletion and rewriting are in it, too.")
set(CPACK_DEBIAN_LIUDI-DESK_PACKAGE_DEPENDS "git, openssh-client")
set(CPACK_DEBIAN_LIUDI-DESK_PACKAGE_RECOMMENDS
	"fonts-noto-cjk, jq, curl")
set(CPACK_DEBIAN_LIUDI-DESK_PACKAGE_SUGGESTS "liudi, age, keepassxc, default-mta | mail-transport-agent")

include(CPack)
