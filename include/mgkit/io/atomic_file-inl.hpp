// SPDX-License-Identifier: MIT
// Definitions of atomic_file.hpp.
#pragma once

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/mapped_file.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#else
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#endif
#endif

namespace MGKIT_NAMESPACE::io {

namespace detail {

[[noreturn]] MGKIT_INLINE void unwritable(const std::string& path, int code) {
    const char* remedy = "choose another place to write to";
    if (code == ENOENT || code == ENOTDIR) remedy = "create the folder first";
    if (code == EACCES || code == EPERM || code == EROFS) remedy = "check the permissions";
    if (code == ENOSPC || code == EFBIG) remedy = "free some space";
    throw error(path, "a writable file", std::generic_category().message(code), remedy);
}

}  // namespace detail

MGKIT_INLINE atomic_file::atomic_file(std::string path) : path_(std::move(path)) {
    detail::check_path(path_);
    open();
}

MGKIT_INLINE void atomic_file::write(std::span<const std::byte> bytes) {
    if (!is_open()) throw error(path_, "writing before commit", "a closed file");
    append(bytes);
}
MGKIT_INLINE void atomic_file::write(std::string_view text) {
    write(std::as_bytes(std::span<const char>(text.data(), text.size())));
}

MGKIT_INLINE void atomic_file::rewrite_front(std::string_view text) {
    if (!is_open()) throw error(path_, "writing before commit", "a closed file");
    replace_front(std::as_bytes(std::span<const char>(text.data(), text.size())));
}

MGKIT_INLINE void atomic_file::commit() {
    if (!is_open()) throw error(path_, "one commit", "a second one");
    publish();
}

#if defined(__unix__) || defined(__APPLE__)

MGKIT_INLINE void atomic_file::open() {
    struct stat target {};
    const bool exists = ::stat(path_.c_str(), &target) == 0;
    if (exists) {
        if (!S_ISREG(target.st_mode))
            throw error(path_, "the name of a file to write",
                        S_ISDIR(target.st_mode) ? "a folder" : "a device",
                        "give a file name in a folder");
        if (::access(path_.c_str(), W_OK) != 0) detail::unwritable(path_, errno);
        const std::unique_ptr<char, void (*)(void*)> real(::realpath(path_.c_str(), nullptr),
                                                          &std::free);
        if (!real) detail::unwritable(path_, errno);
        target_ = real.get();
    } else if (errno == ENOENT || errno == ENOTDIR) {
        target_ = path_;
    } else {
        detail::unwritable(path_, errno);
    }
    const auto slash = target_.rfind('/');
    const auto start = slash == std::string::npos ? 0 : slash + 1;
    if (start == target_.size()) detail::unwritable(path_, EISDIR);
    folder_ = start == 0 ? "." : target_.substr(0, start);
    claim(target_.substr(0, start) + "." + target_.substr(start) + ".tmp");
    if (exists) ::fchmod(handle_, target.st_mode & 07777);
}

MGKIT_INLINE void atomic_file::claim(const std::string& stem) {
    constexpr int names = 1000;
    for (int k = 0; k < names; ++k) {
        temporary_ = stem + std::to_string(k);
        constexpr int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
        int handle = ::open(temporary_.c_str(), flags | O_CREAT | O_EXCL, 0666);
        const bool created = handle >= 0;
        if (!created && errno != EEXIST) detail::unwritable(path_, errno);
        if (!created) handle = ::open(temporary_.c_str(), flags);
        if (handle < 0) continue;
        if (own(handle, created)) {
            handle_ = handle;
            return;
        }
        ::close(handle);
    }
    throw error(path_, "a free temporary name", mgkit::text(names, " in use"),
                "remove the files " + stem + "*");
}

MGKIT_INLINE bool atomic_file::own(int handle, bool created) const {
    const bool locked = ::flock(handle, LOCK_EX | LOCK_NB) == 0;
    // File systems without locks: a file we created is ours, any other is left alone.
    if (!locked && (errno == EWOULDBLOCK || !created)) return false;
    struct stat held {
    }, named{};
    return ::fstat(handle, &held) == 0 && ::lstat(temporary_.c_str(), &named) == 0 &&
           S_ISREG(held.st_mode) && held.st_nlink == 1 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino && ::ftruncate(handle, 0) == 0;
}

MGKIT_INLINE void atomic_file::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(handle_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) detail::unwritable(path_, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

MGKIT_INLINE void atomic_file::replace_front(std::span<const std::byte> bytes) {
    const auto end = ::lseek(handle_, 0, SEEK_CUR);
    if (end < 0) detail::unwritable(path_, errno);
    if (static_cast<std::size_t>(end) < bytes.size())
        throw error(path_, mgkit::text("at least ", bytes.size(), " bytes written"),
                    mgkit::text(static_cast<long long>(end)));
    if (::lseek(handle_, 0, SEEK_SET) < 0) detail::unwritable(path_, errno);
    append(bytes);
    if (::lseek(handle_, end, SEEK_SET) < 0) detail::unwritable(path_, errno);
}

MGKIT_INLINE void atomic_file::publish() {
    if (::fsync(handle_) != 0) detail::unwritable(path_, errno);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) detail::unwritable(path_, errno);
    ::close(handle_);
    handle_ = -1;
    // A folder that may not be opened for reading can still be written to: skip its fsync.
    const int folder = ::open(folder_.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (folder < 0) return;
    const int code = ::fsync(folder) == 0 ? 0 : errno;
    ::close(folder);
    if (code != 0 && code != EINVAL) detail::unwritable(path_, code);
}

MGKIT_INLINE void atomic_file::discard() noexcept {
    if (!is_open()) return;
    ::unlink(temporary_.c_str());
    ::close(handle_);
    handle_ = -1;
}

#else

namespace detail {

/// A file that did not exist, or null. fopen's "x" is left out by Windows' older C library, which
/// would give two writers one temporary.
MGKIT_INLINE std::FILE* create(const std::string& path) {
#if defined(_WIN32)
    const int handle =
        ::_open(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE);
    return handle < 0 ? nullptr : ::_fdopen(handle, "wb");
#else
    return std::fopen(path.c_str(), "wbx");
#endif
}

}  // namespace detail

MGKIT_INLINE void atomic_file::open() {
    std::error_code code;
    if (std::filesystem::is_directory(path_, code))
        throw error(path_, "the name of a file to write", "a folder",
                    "give a file name in a folder");
    for (int k = 0; k < 1000 && !file_; ++k) {
        temporary_ = path_ + ".tmp" + std::to_string(k);
        file_ = detail::create(temporary_);
        // A name that another writer gives up at this moment is denied.
        if (!file_ && errno != EEXIST && errno != EACCES) detail::unwritable(path_, errno);
    }
    if (!file_) detail::unwritable(path_, errno);
}

MGKIT_INLINE void atomic_file::append(std::span<const std::byte> bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
        detail::unwritable(path_, errno);
    written_ += bytes.size();
}

MGKIT_INLINE void atomic_file::replace_front(std::span<const std::byte> bytes) {
    const std::size_t end = written_;
    if (end < bytes.size())
        throw error(path_, mgkit::text("at least ", bytes.size(), " bytes written"),
                    mgkit::text(end));
    if (std::fseek(file_, 0, SEEK_SET) != 0) detail::unwritable(path_, errno);
    append(bytes);
    written_ = end;
    if (std::fseek(file_, 0, SEEK_END) != 0) detail::unwritable(path_, errno);
}

MGKIT_INLINE void atomic_file::publish() {
    const bool complete = std::fflush(file_) == 0;
    if (std::fclose(std::exchange(file_, nullptr)) != 0 || !complete) {
        std::remove(temporary_.c_str());
        detail::unwritable(path_, errno);
    }
    // Windows does not replace a file that somebody has open, mostly for a moment.
    std::error_code code;
    for (int tries = 0; tries < 100; ++tries) {
        std::filesystem::rename(temporary_, path_, code);
        if (code != std::errc::permission_denied && code != std::errc::io_error) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (code) {
        std::remove(temporary_.c_str());
        throw error(path_, "a writable file", code.message());
    }
}

MGKIT_INLINE void atomic_file::discard() noexcept {
    if (!file_) return;
    std::fclose(std::exchange(file_, nullptr));
    std::remove(temporary_.c_str());
}

#endif

MGKIT_INLINE void write_file(const std::string& path, std::span<const std::byte> bytes) {
    atomic_file file(path);
    file.write(bytes);
    file.commit();
}
MGKIT_INLINE void write_file(const std::string& path, std::string_view text) {
    atomic_file file(path);
    file.write(text);
    file.commit();
}

}  // namespace MGKIT_NAMESPACE::io
