#pragma once
// A bound on a number of the command line that "nan" does not slip through, as it does through
// CLI::Range. Function; any thread.

#include <functional>
#include <string>

namespace tributary::app {

/// @return  for CLI::Option::check: the reason when a text is no number of the range, else nothing
std::function<std::string(const std::string&)> number_range(double least, double most);

}  // namespace tributary::app
