# Everything comes from Debian 12 packages; scripts/setup installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(spdlog REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(LibSVM REQUIRED)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
find_package(fmt REQUIRED)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)

# Optional: applications as labels.
pkg_check_modules(NDPI IMPORTED_TARGET libndpi)

# Optional: PostgreSQL as the server's store, and the systems that `bench migration` compares with.
pkg_check_modules(PQ IMPORTED_TARGET libpq)
pkg_check_modules(HIREDIS IMPORTED_TARGET hiredis)
pkg_check_modules(CURL IMPORTED_TARGET libcurl)
