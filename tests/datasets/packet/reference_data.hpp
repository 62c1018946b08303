#pragma once
// The optional reference data: TRIBUTARY_DATA, or ../shared/datasets beside the source folder.
// Tests that need it skip by name where it is absent.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/datasets/packet/packet_builder.hpp"
#include "tests/support/paths.hpp"

namespace tributary::datasets::testing {

using tributary::testing::source_root;

/// A file of the reference data; may not exist.
inline std::filesystem::path reference_file(const std::string& name) {
    return tributary::testing::data_folder() / name;
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
