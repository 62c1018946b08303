#pragma once
// The optional reference data: TRIBUTARY_DATA, or ../shared/datasets beside the source folder.
// Tests that need it skip by name where it is absent.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets::testing {

inline std::filesystem::path source_root() {
    return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
}

/// A file of the reference data; may not exist.
inline std::filesystem::path reference_file(const std::string& name) {
    const char* folder = std::getenv("TRIBUTARY_DATA");
    const std::filesystem::path root = folder != nullptr
                                           ? std::filesystem::path(folder)
                                           : source_root().parent_path() / "shared" / "datasets";
    return root / name;
}

/// A .tar.zst unpacked into a temporary folder.
class UnpackedArchive {
 public:
    explicit UnpackedArchive(const std::string& name) {
        const std::filesystem::path archive = reference_file(name);
        if (!std::filesystem::exists(archive)) return;
        const std::string command =
            "tar --zstd -xf '" + archive.string() + "' -C '" + folder_.path().string() + "'";
        is_there_ = std::system(command.c_str()) == 0;
    }
    [[nodiscard]] bool is_there() const { return is_there_; }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
    TemporaryFolder folder_;
    bool is_there_ = false;
};

}  // namespace tributary::datasets::testing
