#include "app/service/catalogue.hpp"

namespace tributary::app {

namespace {

constexpr std::string_view kCatalogueMagic = "TRICATAL";
constexpr std::size_t kCatalogueIdBytes = 64;

}  // namespace

Result<Bytes> encode_catalogue(const Catalogue& catalogue) {
    if (catalogue.size() > kCatalogueLimit) {
        return fail(Errc::limit_exceeded, "the service holds " + std::to_string(kCatalogueLimit) +
                                              " classifiers already. Remove one first");
    }
    ByteWriter writer;
    writer.put(to_bytes(kCatalogueMagic));
    writer.u16(kCatalogueFormat);
    writer.u32(static_cast<std::uint32_t>(catalogue.size()));
    for (const std::string& id : catalogue) {
        writer.u16(static_cast<std::uint16_t>(id.size()));
        writer.put(to_bytes(id));
    }
    return writer.take();
}

Result<Catalogue> decode_catalogue(ByteView bytes) {
    Catalogue catalogue;
    if (bytes.empty()) return catalogue;
    ByteReader reader(bytes);
    if (as_text(reader.take(kCatalogueMagic.size())) != kCatalogueMagic) {
        return fail(Errc::corrupt, "the catalogue does not begin with TRICATAL");
    }
    if (const std::uint16_t version = reader.u16(); version != kCatalogueFormat) {
        return fail(Errc::mismatch, "the catalogue has format " + std::to_string(version) +
                                        ". Update this program");
    }
    const std::uint32_t count = reader.u32();
    if (!reader.ok()) return fail(Errc::corrupt, "the catalogue ends before its first entry");
    if (count > kCatalogueLimit) return fail(Errc::limit_exceeded, "the catalogue is too long");
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::size_t size = reader.u16();
        const std::string id(as_text(reader.take(size)));
        const bool ascending = catalogue.empty() || *catalogue.rbegin() < id;
        if (!reader.ok() || id.empty() || size > kCatalogueIdBytes || !ascending) {
            return fail(Errc::corrupt, "the catalogue is damaged at entry " + std::to_string(i));
        }
        catalogue.insert(catalogue.end(), id);
    }
    if (reader.remaining() != 0) return fail(Errc::corrupt, "bytes behind the catalogue's end");
    return catalogue;
}

}  // namespace tributary::app
