#include "datasets/packet/file_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "base/bytes.hpp"

namespace tributary::datasets {

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

/// Decompressed bytes on demand, and how many were given so far. What was unpacked before a damage
/// is given, up to the block that does not fit.
class Decoder {
 public:
    explicit Decoder(int descriptor) : descriptor_(descriptor), packed_(kBufferBytes) {}
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    virtual ~Decoder() { ::close(descriptor_); }
    /// Fills at most `room` bytes. @return bytes given; 0 at the end or at damage
    virtual std::size_t read(char* target, std::size_t room) = 0;

    std::uint64_t given = 0;
    std::shared_ptr<StreamDamage> damage = std::make_shared<StreamDamage>();

 protected:
    /// The next bytes of the file; none at its end.
    std::span<char> refill() {
        const ssize_t count = ::read(descriptor_, packed_.data(), packed_.size());
        if (count < 0) damage->cause = std::string("cannot read: ") + std::strerror(errno);
        return std::span(packed_).first(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }

 private:
    int descriptor_;
    std::vector<char> packed_;
};

class GzipDecoder final : public Decoder {
 public:
    explicit GzipDecoder(int descriptor) : Decoder(descriptor) {
        constexpr int kGzip = 16;
        if (inflateInit2(&stream_, MAX_WBITS + kGzip) != Z_OK) damage->cause = "out of memory";
    }
    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;
    ~GzipDecoder() override { inflateEnd(&stream_); }

    std::size_t read(char* target, std::size_t room) override {
        stream_.next_out = reinterpret_cast<Bytef*>(target);
        stream_.avail_out = static_cast<uInt>(room);
        while (stream_.avail_out == room && damage->cause.empty() && has_input()) {
            inside_ = true;
            note(inflate(&stream_, Z_NO_FLUSH), room - stream_.avail_out);
        }
        return room - stream_.avail_out;
    }

 private:
    /// Whether more of a member is there; what follows the last one (padding) is no member.
    bool has_input() {
        if (stream_.avail_in == 0) {
            const std::span<char> more = refill();
            stream_.next_in = reinterpret_cast<Bytef*>(more.data());
            stream_.avail_in = static_cast<uInt>(more.size());
        }
        const bool ends = stream_.avail_in == 0;
        if (ends && inside_ && damage->cause.empty()) damage->cause = "gzip stream: ends early";
        const bool is_padding = !inside_ && given > 0 && !ends && *stream_.next_in != kGzipMagic;
        return !ends && !is_padding;
    }
    void note(int outcome, std::size_t produced) {
        if (outcome == Z_STREAM_END) {
            inside_ = false;
            member_begin_ = given + produced;
            inflateReset(&stream_);
        } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
            const std::string text = stream_.msg == nullptr ? "damaged" : stream_.msg;
            damage->cause = "gzip stream: " + text;
            // The checksum stands at the end: by then everything was given.
            if (text.ends_with(" check")) damage->doubtful_from = member_begin_;
        }
    }

    static constexpr std::uint8_t kGzipMagic = 0x1f;
    z_stream stream_{};
    bool inside_ = false;
    std::uint64_t member_begin_ = 0;  ///< in the decompressed stream
};

class ZstdDecoder final : public Decoder {
 public:
    explicit ZstdDecoder(int descriptor) : Decoder(descriptor), stream_(ZSTD_createDStream()) {}
    ZstdDecoder(const ZstdDecoder&) = delete;
    ZstdDecoder& operator=(const ZstdDecoder&) = delete;
    ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

    std::size_t read(char* target, std::size_t room) override {
        ZSTD_outBuffer out{target, room, 0};
        while (out.pos == 0 && damage->cause.empty()) {
            if (in_.pos == in_.size && !has_input()) return 0;
            // No more than the next block: an error gives nothing of what its call has unpacked.
            const std::size_t wanted = pending_ == 0 ? 1 : pending_;
            ZSTD_inBuffer block{in_.src, std::min(in_.size, in_.pos + wanted), in_.pos};
            pending_ = ZSTD_decompressStream(stream_, &out, &block);
            in_.pos = block.pos;
            if (ZSTD_isError(pending_) != 0) note_error();
            if (pending_ == 0) frame_begin_ = given + out.pos;
        }
        return out.pos;
    }

 private:
    /// A frame's checksum stands at its end: by then its packets were given.
    void note_error() {
        damage->cause = std::string("zstd stream: ") + ZSTD_getErrorName(pending_);
        if (ZSTD_getErrorCode(pending_) != ZSTD_error_checksum_wrong) return;
        damage->doubtful_from = frame_begin_;
    }
    bool has_input() {
        const std::span<char> more = refill();
        in_ = {more.data(), more.size(), 0};
        if (more.empty() && pending_ != 0 && damage->cause.empty()) {
            damage->cause = "zstd stream: ends early";
        }
        return !more.empty();
    }

    ZSTD_DStream* stream_;
    ZSTD_inBuffer in_{nullptr, 0, 0};
    std::size_t pending_ = 0;        ///< bytes the next step wants; 0: between two frames
    std::uint64_t frame_begin_ = 0;  ///< in the decompressed stream
};

ssize_t cookie_read(void* cookie, char* target, std::size_t room) {
    auto& decoder = *static_cast<Decoder*>(cookie);
    const std::size_t count = decoder.read(target, room);
    decoder.given += count;
    return static_cast<ssize_t>(count);
}

/// Only "where am I" is answered; that is what ftello asks.
int cookie_seek(void* cookie, off64_t* offset, int whence) {
    if (whence != SEEK_CUR || *offset != 0) return -1;
    *offset = static_cast<off64_t>(static_cast<Decoder*>(cookie)->given);
    return 0;
}

int cookie_close(void* cookie) {
    const std::unique_ptr<Decoder> owned(static_cast<Decoder*>(cookie));
    return 0;
}

/// The first four bytes of a regular file; zeros for a pipe, which is taken as it is.
std::array<std::uint8_t, 4> first_bytes(int descriptor) {
    std::array<std::uint8_t, 4> magic{};
    struct stat info {};
    if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) return magic;
    if (pread(descriptor, magic.data(), magic.size(), 0) < 0) magic.fill(0);
    return magic;
}

FileStream plain_stream(int descriptor) {
    FileHandle file(fdopen(descriptor, "rb"));
    if (file == nullptr) ::close(descriptor);
    return {nullptr, std::move(file), std::make_shared<StreamDamage>(), {}};
}

FileStream decoding_stream(std::unique_ptr<Decoder> decoder) {
    std::shared_ptr<StreamDamage> damage = decoder->damage;
    const cookie_io_functions_t functions{cookie_read, nullptr, cookie_seek, cookie_close};
    FileHandle file(fopencookie(decoder.get(), "rb", functions));
    if (file != nullptr) static_cast<void>(decoder.release());
    return {nullptr, std::move(file), std::move(damage), {}};
}

Error open_error(const std::filesystem::path& path, int cause) {
    const Errc code = cause == ENOENT                     ? Errc::not_found
                      : cause == EACCES || cause == EPERM ? Errc::permission
                                                          : Errc::io;
    return {code, "cannot open " + path.string() + ": " + std::strerror(cause) +
                      ". Check the name and that this user may read it"};
}

}  // namespace

Result<FileStream> open_stream(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(open_error(path, errno));
    struct stat info {};
    if (fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
        ::close(descriptor);
        return fail(open_error(path, EISDIR));
    }
    const auto magic = first_bytes(descriptor);
    FileStream stream;
    if (magic[0] == 0x1f && magic[1] == 0x8b) {
        stream = decoding_stream(std::make_unique<GzipDecoder>(descriptor));
    } else if (magic == std::array<std::uint8_t, 4>{0x28, 0xb5, 0x2f, 0xfd}) {
        stream = decoding_stream(std::make_unique<ZstdDecoder>(descriptor));
    } else {
        stream = plain_stream(descriptor);
        std::uint32_t number = 0;
        std::memcpy(&number, magic.data(), sizeof number);
        if (number != 0) stream.plain_magic = number;
    }
    if (stream.file == nullptr) return fail(open_error(path, ENOMEM));
    // Without a buffer of ours, the size would be ignored.
    stream.buffer = std::make_unique<StreamBuffer>();
    std::setvbuf(stream.file.get(), stream.buffer->data(), _IOFBF, stream.buffer->size());
    return stream;
}

}  // namespace tributary::datasets
