#pragma once
// Lists of addresses and networks that somebody calls bad: one a line, "10.0.0.0/8" or an address,
// optionally followed by a class; '#' starts a comment. The longest prefix that contains an end of
// a flow decides; if both ends are listed equally deep under different classes, the flow is unknown
// and the conflict counted.
// Bounds: 2 million prefixes, 1,024 classes, files of 256 MiB. Immutable after parsing except for
// the counters. One thread per object.

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/label/cidr.hpp"
#include "datasets/label/label_source.hpp"

namespace tributary::datasets {

/// A binary trie over the bits of addresses of one version.
class PrefixTrie {
 public:
    struct Match {
        std::uint32_t value = 0;  ///< 0: no prefix contains the address
        unsigned length = 0;
    };

    /// @param value  above 0; a later one replaces that of the same prefix
    void add(const Cidr& prefix, std::uint32_t value);
    [[nodiscard]] Match longest(const Address& address) const;

 private:
    struct Node {
        std::array<std::uint32_t, 2> next{};
        std::uint32_t value = 0;
    };
    std::vector<Node> nodes_ = std::vector<Node>(1);
};

class CidrList final : public LabelSource {
 public:
    static constexpr std::size_t kMaxPrefixes = 2'000'000;

    /// @param class_name  of lines that name none
    /// @error not_found, permission, io, limit_exceeded, corrupt (naming the line)
    static Result<CidrList> load(const std::filesystem::path& path, const ClassName& class_name);
    /// @param name  of this source, and stands before every error
    static Result<CidrList> parse(std::string_view text, const ClassName& class_name,
                                  const std::string& name = "address list");

    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const Coverage& coverage() const override { return coverage_; }
    [[nodiscard]] std::size_t size() const { return size_; }

 private:
    CidrList() = default;
    [[nodiscard]] LabelVote decide(const FlowRecord& flow) override;
    [[nodiscard]] PrefixTrie::Match find(const Address& address) const;
    Status take(std::string_view line, const ClassName& class_name);

    std::string name_;
    Coverage coverage_;
    std::vector<ClassName> classes_;  ///< value - 1 of a match
    PrefixTrie v4_;
    PrefixTrie v6_;
    std::size_t size_ = 0;
};

}  // namespace tributary::datasets
