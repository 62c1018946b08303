// docs/flows.md is the specification of a flow: every row of its tables names the tests that hold
// it, and these exist.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/paths.hpp"

namespace tributary::datasets {
namespace {

using testing::source_root;

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// "Suite.Name" of every test below the folder, "Suite.*" of every suite, and script files.
std::set<std::string> all_tests(const std::filesystem::path& folder) {
    static const std::regex kTest(R"(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))");
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".py") names.insert(entry.path().filename().string());
        if (entry.path().extension() != ".cpp") continue;
        const std::string text = text_of(entry.path());
        for (std::sregex_iterator at(text.begin(), text.end(), kTest), end; at != end; ++at) {
            names.insert((*at)[1].str() + "." + (*at)[2].str());
            names.insert((*at)[1].str() + ".*");
        }
    }
    return names;
}

/// The last column of every row of a table that has a column "test".
std::vector<std::pair<std::string, std::string>> rows_with_tests(const std::string& text) {
    std::vector<std::pair<std::string, std::string>> rows;
    std::istringstream lines(text);
    bool is_in_table = false;
    for (std::string line; std::getline(lines, line);) {
        if (line == "| rule | test |") is_in_table = true;
        if (!line.starts_with("|")) is_in_table = false;
        const bool is_row = is_in_table && line != "| rule | test |" && !line.starts_with("|---");
        if (!is_row) continue;
        const std::size_t last = line.rfind(" | ");
        rows.emplace_back(line.substr(2, last - 2), line.substr(last + 3));
    }
    return rows;
}

TEST(FlowSpecification, EverySentenceNamesTestsThatExist) {
    const std::set<std::string> known = all_tests(source_root() / "tests");
    const auto rows = rows_with_tests(text_of(source_root() / "docs" / "flows.md"));
    static const std::regex kName(R"(`([\w.*]+)`)");

    ASSERT_GT(rows.size(), 60U);
    for (const auto& [rule, tests] : rows) {
        std::size_t named = 0;
        for (std::sregex_iterator at(tests.begin(), tests.end(), kName), end; at != end; ++at) {
            EXPECT_TRUE(known.contains((*at)[1].str())) << (*at)[1].str() << " of: " << rule;
            ++named;
        }
        EXPECT_GT(named, 0U) << rule;
    }
}

}  // namespace
}  // namespace tributary::datasets
