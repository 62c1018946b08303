#pragma once
// Errors as values: `Result<T>` is either a T or an `Error` (a code and one sentence that names the
// thing, the cause and the next step). Nothing here throws. Any thread.

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace tributary {

/// What kind of failure it was; decides the exit code of a command.
enum class Errc {
    invalid_argument,  ///< the caller's words are off (exit 2)
    not_found,         ///< a file, object or key is not there
    corrupt,           ///< input does not follow its format
    limit_exceeded,    ///< a bound was reached
    mismatch,          ///< another schema, version or identity than required
    unreachable,       ///< the peer does not answer (exit 3)
    permission,        ///< the system or the peer refused (exit 4)
    timeout,           ///< the wait was over before the answer came
    disconnected,      ///< this process has no way to the server
    conflict,          ///< somebody else holds or changed it
    io,                ///< the operating system failed
    internal,          ///< a library failed in a way that should not happen
};

/// The word printed for a code, for example "not found".
const char* errc_name(Errc code);

/// A failure: its kind and one sentence for a person.
struct Error {
    Errc code = Errc::internal;
    std::string message;

    /// The same error with `prefix: ` in front, for crossing a folder.
    [[nodiscard]] Error with_context(const std::string& prefix) const {
        return Error{code, prefix + ": " + message};
    }
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// Makes the failing side of a Result.
inline tl::unexpected<Error> fail(Errc code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}
inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace tributary

#define TRIBUTARY_CONCAT_(a, b) a##b
#define TRIBUTARY_CONCAT(a, b) TRIBUTARY_CONCAT_(a, b)
#define TRIBUTARY_TRY_(name, declaration, expression)          \
    auto name = (expression);                                  \
    if (!name) return tl::unexpected(std::move(name).error()); \
    declaration = std::move(*name)

/// `TRIBUTARY_TRY(auto model, load(path));` takes the value or returns the error to the caller.
#define TRIBUTARY_TRY(declaration, ...) \
    TRIBUTARY_TRY_(TRIBUTARY_CONCAT(try_result_, __LINE__), declaration, (__VA_ARGS__))

/// `TRIBUTARY_CHECK(save(path));` returns the error of a Status to the caller.
#define TRIBUTARY_CHECK(...)                                        \
    do {                                                            \
        if (auto check_status = (__VA_ARGS__); !check_status)       \
            return tl::unexpected(std::move(check_status).error()); \
    } while (false)
