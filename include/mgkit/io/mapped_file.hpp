// A whole file as read-only memory.
#pragma once

#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "mgkit/core/error.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#include <algorithm>
#include <cstdio>
#include <vector>
#endif

namespace MGKIT_NAMESPACE::io {

namespace detail {

/// Refuses names that the operating system would silently shorten or misread.
inline void check_path(const std::string& path) {
    if (path.empty()) throw error("file name", "a name", "an empty one");
    if (path.find('\0') != std::string::npos)
        throw error("file name", "no zero byte in it", "one", "check how the name was built");
}

[[noreturn]] inline void unreadable(const std::string& path, int code) {
    throw error(path, "a readable file", std::generic_category().message(code),
                code == ENOENT ? "check the name" : "check the permissions and the disk");
}

}  // namespace detail

/// Read-only view of a file's bytes, memory-mapped where the system can (POSIX), read otherwise.
///
/// The bytes stay valid and in place while the object lives, also after it is moved from one
/// holder to another. Empty files give an empty span.
/// Errors: mgkit::error if the file is missing, unreadable, or not a regular file.
/// The file must not be shortened by others while it is mapped; mgkit's own writers replace files
/// by renaming, which is safe.
/// Cost: constant; pages are read when touched.
class mapped_file {
public:
    explicit mapped_file(std::string path) : path_(std::move(path)) {
        detail::check_path(path_);
        open();
    }

    std::span<const std::byte> bytes() const noexcept {
        return {data_.get(), data_ ? size_ : std::size_t{0}};
    }
    std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(data_.get()), bytes().size()};
    }
    const std::string& path() const noexcept { return path_; }

private:
#if defined(__unix__) || defined(__APPLE__)
    struct release {
        std::size_t size;
        void operator()(const std::byte* data) const noexcept {
            ::munmap(const_cast<std::byte*>(data), size);
        }
    };

    void open() {
        // Non-blocking, so that the name of a pipe is refused below and not waited for.
        const int handle = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (handle < 0) detail::unreadable(path_, errno);
        const struct closer {
            int handle;
            ~closer() { ::close(handle); }
        } guard{handle};
        struct stat info {};
        if (::fstat(handle, &info) != 0) detail::unreadable(path_, errno);
        if (!S_ISREG(info.st_mode))
            throw error(path_, "a regular file", S_ISDIR(info.st_mode) ? "a folder" : "a device",
                        "give the name of a file");
        if (info.st_size == 0) return;
        if (static_cast<unsigned long long>(info.st_size) > std::numeric_limits<std::size_t>::max())
            throw error(path_, "a file that fits the address space",
                        mgkit::text(static_cast<long long>(info.st_size), " bytes"));
        size_ = static_cast<std::size_t>(info.st_size);
        void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, handle, 0);
        if (address == MAP_FAILED) detail::unreadable(path_, errno);
        data_ = {static_cast<const std::byte*>(address), release{size_}};
    }

    std::unique_ptr<const std::byte, release> data_;
#else
    void open() {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path_.c_str(), "rb"),
                                                                   &std::fclose);
        if (!file) detail::unreadable(path_, errno);
        std::vector<std::byte> content;
        constexpr std::size_t chunk = std::size_t{1} << 20;
        for (std::size_t got = chunk; got == chunk;) {
            const std::size_t start = content.size();
            content.resize(start + chunk);
            got = std::fread(content.data() + start, 1, chunk, file.get());
            content.resize(start + got);
        }
        if (std::ferror(file.get())) detail::unreadable(path_, errno ? errno : EIO);
        size_ = content.size();
        auto copy = std::make_unique<std::byte[]>(size_);
        std::copy(content.begin(), content.end(), copy.get());
        data_ = std::move(copy);
    }

    std::unique_ptr<const std::byte[]> data_;
#endif
    std::string path_;
    std::size_t size_ = 0;
};

}  // namespace MGKIT_NAMESPACE::io
