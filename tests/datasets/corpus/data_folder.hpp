#pragma once
// Where the optional published data sets are: the folder named by TRIBUTARY_DATA, else
// ../shared/datasets beside the source tree. Tests that need them skip when they are absent.

#include <cstdlib>
#include <filesystem>

namespace tributary::datasets::testing {

inline std::filesystem::path data_folder() {
    if (const char* folder = std::getenv("TRIBUTARY_DATA")) return folder;
    return std::filesystem::path(__FILE__).parent_path() / "../../../../shared/datasets";
}

}  // namespace tributary::datasets::testing
