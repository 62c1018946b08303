#pragma once
// Where the optional published data sets are: the folder named by TRIBUTARY_DATA, else
// ../shared/datasets beside the source tree. Tests that need them skip when they are absent.

#include "tests/support/paths.hpp"

namespace tributary::datasets::testing {

using tributary::testing::data_folder;

}  // namespace tributary::datasets::testing
