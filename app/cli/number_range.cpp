#include "app/cli/number_range.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace tributary::app {

std::function<std::string(const std::string&)> number_range(double least, double most) {
    return [least, most](const std::string& text) {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= least && value <= most) {
            return std::string();
        }
        std::ostringstream reason;
        reason << text << " is not a number from " << least << " to " << most;
        return reason.str();
    };
}

}  // namespace tributary::app
