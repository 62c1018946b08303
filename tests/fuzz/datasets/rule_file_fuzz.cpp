// Rule files, and each kind of line in them.

#include "base/bytes.hpp"
#include "datasets/label/rule_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    const std::string text(as_text({data, size}));
    static_cast<void>(datasets::RuleFile::parse(text));
    static_cast<void>(datasets::RuleFile::parse("tributary-rules 1\nsource s\n" + text));
    return 0;
}
