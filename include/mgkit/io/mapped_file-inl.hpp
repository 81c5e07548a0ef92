// SPDX-License-Identifier: MIT
// Definitions of mapped_file.hpp.
#pragma once

#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/io/mapped_file.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>
#endif

namespace MGKIT_NAMESPACE::io {

namespace detail {

MGKIT_INLINE void check_path(const std::string& path) {
    if (path.empty()) throw error("file name", "a name", "an empty one");
    if (path.find('\0') != std::string::npos)
        throw error("file name", "no zero byte in it", "one", "check how the name was built");
}

[[noreturn]] MGKIT_INLINE void unreadable(const std::string& path, int code) {
    throw error(path, "a readable file", std::generic_category().message(code),
                code == ENOENT ? "check the name" : "check the permissions and the disk");
}

}  // namespace detail

MGKIT_INLINE mapped_file::mapped_file(std::string path) : path_(std::move(path)) {
    detail::check_path(path_);
    open();
}

namespace detail {
/// Of the bytes of a file that is read, so that arrays in it lie as well as in a mapped one.
inline constexpr std::align_val_t file_alignment{64};
}  // namespace detail

#if defined(__unix__) || defined(__APPLE__)

MGKIT_INLINE void mapped_file::release::operator()(const std::byte* data) const noexcept {
    auto* bytes = const_cast<std::byte*>(data);
    if (mapped > 0)
        ::munmap(bytes, mapped);
    else
        ::operator delete(bytes, detail::file_alignment);
}

MGKIT_INLINE void mapped_file::open() {
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
    constexpr std::size_t small = std::size_t{1} << 16;
    if (size_ <= small) {
        auto* content = static_cast<std::byte*>(::operator new(size_, detail::file_alignment));
        data_ = {content, release{0}};
        std::size_t got = 0;
        while (got < size_) {
            const auto more = ::read(handle, content + got, size_ - got);
            if (more < 0 && errno == EINTR) continue;
            if (more < 0) detail::unreadable(path_, errno);
            if (more == 0) break;  // shortened meanwhile
            got += static_cast<std::size_t>(more);
        }
        size_ = got;
        return;
    }
    void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, handle, 0);
    if (address == MAP_FAILED) detail::unreadable(path_, errno);
    data_ = {static_cast<const std::byte*>(address), release{size_}};
}

#else

MGKIT_INLINE void mapped_file::release::operator()(const std::byte* data) const noexcept {
    ::operator delete(const_cast<std::byte*>(data), detail::file_alignment);
}

MGKIT_INLINE void mapped_file::open() {
    std::error_code ignored;
    if (std::filesystem::is_directory(path_, ignored))
        throw error(path_, "a regular file", "a folder", "give the name of a file");
    // Windows denies a file that is being replaced, for a moment.
    std::FILE* opened = nullptr;
    for (int tries = 0; tries < 100; ++tries) {
        opened = std::fopen(path_.c_str(), "rb");
        if (opened || errno != EACCES) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(opened, &std::fclose);
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
    if (content.empty()) return;
    size_ = content.size();
    auto* copy = static_cast<std::byte*>(::operator new(size_, detail::file_alignment));
    data_ = {copy, release{0}};
    std::copy(content.begin(), content.end(), copy);
}

#endif

}  // namespace MGKIT_NAMESPACE::io
