// Any text as a LIBSVM model: refused, or read as a valid model that is written and read alike.
#include "base/assert.hpp"
#include "classifier/object/libsvm_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace classifier = tributary::classifier;
    const auto model =
        classifier::parse_libsvm_text({reinterpret_cast<const char*>(data), size}, 12);
    if (!model) return 0;
    TRIBUTARY_ASSERT(classifier::check_model(*model).has_value());
    const auto text = classifier::libsvm_text(*model);
    TRIBUTARY_ASSERT(text && classifier::parse_libsvm_text(*text, 12).has_value());
    return 0;
}
