#pragma once
// Where tests find files: the source tree, and the optional published data sets, which are the
// folder named by TRIBUTARY_DATA, else ../shared/datasets beside the source tree. Tests that need
// the latter skip by name where it is absent. Any thread.

#include <cstdlib>
#include <filesystem>

namespace tributary::testing {

/// The folder that holds the top CMakeLists.txt.
inline std::filesystem::path source_root() {
    return TRIBUTARY_SOURCE_DIR;
}

inline std::filesystem::path data_folder() {
    if (const char* folder = std::getenv("TRIBUTARY_DATA")) return folder;
    return source_root().parent_path() / "shared" / "datasets";
}

}  // namespace tributary::testing
