// SPDX-License-Identifier: MIT
// A device that computes nothing: what a step of any size allocates, launches and multiplies.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "mgkit/backend/cuda/attention.cuh"
#include "mgkit/backend/cuda/batch_norm.cuh"
#include "mgkit/backend/cuda/masked.cuh"
#include "mgkit/backend/cuda/optimiser.cuh"
#include "mgkit/backend/cuda/parts.cuh"
#include "mgkit/backend/cuda/tokens.cuh"

namespace MGKIT_NAMESPACE::test {

/// Addresses without memory behind them.
struct address_space {
    struct account {
        std::size_t used = 0, next = std::size_t{1} << 40;
        std::map<void*, std::size_t> parts;
    };
    std::shared_ptr<account> about = std::make_shared<account>();

    void* allocate(std::size_t bytes) {
        void* const place = reinterpret_cast<void*>(about->next);
        about->next += (bytes + 4095) / 4096 * 4096;
        about->parts[place] = bytes;
        about->used += bytes;
        return place;
    }
    void release(void* place) noexcept {
        about->used -= about->parts[place];
        about->parts.erase(place);
    }
};

struct counted {
    using memory = address_space;
    class runtime;
    static runtime& of(context& ctx);
};

class counted::runtime {
public:
    address_space source;
    std::shared_ptr<cuda::pool<address_space>> blocks_of_memory =
        std::make_shared<cuda::pool<address_space>>(source);
    std::map<std::string, std::size_t> launches;
    std::size_t most_in_use = 0;

    std::size_t launched() const {
        std::size_t all = 0;
        for (const auto& [name, count] : launches) all += count;
        return all;
    }
    cuda::storage<address_space> take(std::size_t bytes) {
        auto* const taken = blocks_of_memory->take(bytes);
        most_in_use = std::max(most_in_use, blocks_of_memory->in_use());
        return cuda::storage<address_space>(taken);
    }
    void upload(void*, const void*, std::size_t) {}
    void download(void* to, const void*, std::size_t bytes) { std::memset(to, 0, bytes); }
    void copy(void*, const void*, std::size_t) { ++launches["copy"]; }
    cuda::host_work<address_space>* capturing() const { return nullptr; }

    template <class F>
    void elements(const char* name, extent, const F&) {
        ++launches[name];
    }
    template <class F>
    void blocks(const char* name, extent, int, const F&) {
        ++launches[name];
    }
    std::size_t most_shared() const { return 227 * 1024; }
    template <class F>
    void tiles(const char* name, extent, int, std::size_t, const F&) {
        ++launches[name];
    }
    template <class In, class Out>
    cuda::extras multiply(const cuda::product<In, Out>&) {
        ++launches["product"];
        return {true, true};
    }
};

inline counted::runtime& counted::of(context& ctx) {
    return ctx.state.get<runtime>();
}

template <class Compute>
using counted_tensor = cuda::device_tensor<Compute, counted>;

}  // namespace MGKIT_NAMESPACE::test
