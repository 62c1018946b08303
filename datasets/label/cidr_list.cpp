#include "datasets/label/cidr_list.hpp"

#include <algorithm>

#include "datasets/corpus/text.hpp"
#include "datasets/label/class_name.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxListBytes = std::size_t{256} << 20;
constexpr std::size_t kMaxListClasses = 1024;

unsigned bit_of(const Address& address, unsigned bit) {
    return (address.bytes[bit / 8] >> (7 - bit % 8)) & 1U;
}

}  // namespace

void PrefixTrie::add(const Cidr& prefix, std::uint32_t value) {
    std::uint32_t node = 0;
    for (unsigned bit = 0; bit < prefix.length; ++bit) {
        std::uint32_t next = nodes_[node].next[bit_of(prefix.address, bit)];
        if (next == 0) {
            next = static_cast<std::uint32_t>(nodes_.size());
            nodes_[node].next[bit_of(prefix.address, bit)] = next;
            nodes_.emplace_back();
        }
        node = next;
    }
    nodes_[node].value = value;
}

PrefixTrie::Match PrefixTrie::longest(const Address& address) const {
    const unsigned bits = address.is_v6 ? 128 : 32;
    Match match{nodes_[0].value, 0};
    std::uint32_t node = 0;
    for (unsigned bit = 0; bit < bits; ++bit) {
        node = nodes_[node].next[bit_of(address, bit)];
        if (node == 0) break;
        if (nodes_[node].value != 0) match = {nodes_[node].value, bit + 1};
    }
    return match;
}

Result<CidrList> CidrList::load(const std::filesystem::path& path, const ClassName& class_name) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxListBytes));
    return parse(text, class_name, path.string());
}

Result<CidrList> CidrList::parse(std::string_view text, const ClassName& class_name,
                                 const std::string& name) {
    CidrList list;
    list.name_ = name;
    LineReader lines(text);
    std::string_view line;
    while (lines.next(line)) {
        line = trimmed(line.substr(0, line.find_first_of("#;")));
        if (line.empty()) continue;
        if (const Status taken = list.take(line, class_name); !taken) {
            return fail(
                taken.error().with_context(name + ", line " + std::to_string(lines.line())));
        }
    }
    return list;
}

Status CidrList::take(std::string_view line, const ClassName& class_name) {
    if (size_ == kMaxPrefixes) {
        return fail(Errc::limit_exceeded, "more than 2 million prefixes. Split the list");
    }
    const std::size_t space = std::min(line.find_first_of(" \t"), line.size());
    const std::string_view named = trimmed(line.substr(space));
    TRIBUTARY_TRY(const Cidr prefix, parse_cidr(line.substr(0, space)));
    const ClassName name = named.empty() ? class_name : ClassName(named);
    if (!is_class_name(name)) {
        return fail(Errc::corrupt, in_quotes(name) +
                                       " cannot name a class. Use up to 64 letters, "
                                       "digits, '-', '_' and '.'");
    }
    auto found = std::find(classes_.begin(), classes_.end(), name);
    if (found == classes_.end()) {
        if (classes_.size() == kMaxListClasses) {
            return fail(Errc::limit_exceeded, "more than 1,024 classes. Split the list");
        }
        found = classes_.insert(classes_.end(), name);
        if (name != kNormalClass) coverage_.insert(name);
    }
    const auto value = static_cast<std::uint32_t>(found - classes_.begin() + 1);
    (prefix.address.is_v6 ? v6_ : v4_).add(prefix, value);
    ++size_;
    return {};
}

PrefixTrie::Match CidrList::find(const Address& address) const {
    return (address.is_v6 ? v6_ : v4_).longest(address);
}

LabelVote CidrList::decide(const FlowRecord& flow) {
    const PrefixTrie::Match src = find(flow.src);
    const PrefixTrie::Match dst = find(flow.dst);
    const bool src_decides = src.value != 0 && (dst.value == 0 || src.length >= dst.length);
    const PrefixTrie::Match& best = src_decides ? src : dst;
    if (best.value == 0) return {.source = name_, .evidence = "neither end is listed"};
    if (dst.value != 0 && src.value != 0 && src.length == dst.length && src.value != dst.value) {
        count_conflict();
        return {.source = name_, .evidence = "the two ends are listed under different classes"};
    }
    return {.class_name = classes_[best.value - 1],
            .confidence = 1,
            .source = name_,
            .evidence = "a listed prefix of " + std::to_string(best.length) + " bits"};
}

}  // namespace tributary::datasets
