// SPDX-License-Identifier: MIT
// The kernels of the CUDA backend run by the processor, in plain C++: their arithmetic, indices,
// order of sums and phases, without a GPU.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/backend/cuda/attention.cuh"
#include "mgkit/backend/cuda/batch_norm.cuh"
#include "mgkit/backend/cuda/masked.cuh"
#include "mgkit/backend/cuda/optimiser.cuh"
#include "mgkit/backend/cuda/parts.cuh"
#include "mgkit/backend/cuda/tokens.cuh"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace MGKIT_NAMESPACE::test {

/// Host memory that counts itself, and may be told to run out.
struct host_memory {
    struct account {
        std::size_t used = 0, limit = std::numeric_limits<std::size_t>::max();
        std::vector<std::pair<void*, std::size_t>> parts;
    };
    std::shared_ptr<account> about = std::make_shared<account>();

    void* allocate(std::size_t bytes) {
        if (bytes > about->limit - about->used) return nullptr;
        void* place = std::malloc(bytes);
        about->parts.emplace_back(place, bytes);
        about->used += bytes;
        return place;
    }
    void release(void* place) noexcept {
        const auto part = std::find_if(about->parts.begin(), about->parts.end(),
                                       [&](const auto& p) { return p.first == place; });
        about->used -= part->second;
#if defined(__SANITIZE_ADDRESS__)
        ASAN_UNPOISON_MEMORY_REGION(place, part->second);
#endif
        about->parts.erase(part);
        std::free(place);
    }
};

/// A device whose threads take turns. `backward` runs elements, rows and the threads of a phase in
/// the opposite order: results that differ betray a race.
struct emulated {
    using memory = host_memory;
    class runtime;
    class recording;
    static runtime& of(context& ctx);
};

/// Launches in their order, to be run again.
class emulated::recording {
public:
    std::byte* staging(std::size_t bytes) {
        host_.assign(bytes, std::byte{0xFF});
        return host_.data();
    }
    void send(void* to, const std::byte* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
    void launch() {
        for (const auto& run : launches) run();
    }
    std::vector<std::function<void()>> launches;

private:
    std::vector<std::byte> host_;
};

class emulated::runtime {
public:
    bool backward = false;
    std::size_t launches = 0;
    std::size_t shared_limit = 227 * 1024;
    host_memory source;
    std::shared_ptr<cuda::pool<host_memory>> blocks_of_memory = new_pool();

    std::shared_ptr<cuda::pool<host_memory>> new_pool() const {
        return std::make_shared<cuda::pool<host_memory>>(source);
    }
    std::shared_ptr<cuda::pool<host_memory>> exchange_pool(
        std::shared_ptr<cuda::pool<host_memory>> other) {
        return std::exchange(blocks_of_memory, std::move(other));
    }

    /// Filled with NaN, in a replay too: reading what no kernel has written shows.
    cuda::storage<host_memory> take(std::size_t bytes) {
        auto* taken = blocks_of_memory->take(bytes);
        const auto poison = [memory = static_cast<char*>(taken->memory), all = taken->bytes,
                             used = (bytes + 7) / 8 * 8] {
#if defined(__SANITIZE_ADDRESS__)
            ASAN_UNPOISON_MEMORY_REGION(memory, all);
#endif
            std::memset(memory, 0xFF, all);
#if defined(__SANITIZE_ADDRESS__)
            ASAN_POISON_MEMORY_REGION(memory + used, all - used);
#endif
        };
        run(poison);
        return cuda::storage<host_memory>(taken);
    }
    void upload(void* to, const void* from, std::size_t bytes) {
        std::memcpy(to, from, bytes);
    }
    void download(void* to, const void* from, std::size_t bytes) {
        std::memcpy(to, from, bytes);
    }
    void copy(void* to, const void* from, std::size_t bytes) {
        run([=] { std::memmove(to, from, bytes); });
    }
    cuda::host_work<host_memory>* capturing() const {
        return work_;
    }
    template <class Step>
    recording record(cuda::host_work<host_memory>& work, Step&& step) {
        struct scope {
            runtime& device;
            ~scope() {
                device.work_ = nullptr;
                device.recorded_.clear();
            }
        };
        const scope until_done{*this};
        work_ = &work;
        step();
        recording out;
        out.launches = std::move(recorded_);
        return out;
    }

    template <class F>
    void elements(const char*, extent count, const F& f) {
        ++launches;
        run([this, count, f] { in_turn(count, [&](extent i) { f(i); }); });
    }

    /// One block at work on a row.
    struct block {
        int count;
        bool backward;
        std::span<unsigned char> memory = {};

        int threads() const { return count; }
        template <class G>
        void each(G&& g) {
            for (int t = 0; t < count; ++t) g(backward ? count - 1 - t : t);
        }
        template <class G>
        void warps(G&& g) {
            for (int w = 0; w < count / 32; ++w) g(backward ? count / 32 - 1 - w : w);
        }
        template <class G>
        void lanes(G&& g) {
            for (int lane = 0; lane < 32; ++lane) g(backward ? 31 - lane : lane);
        }
        template <class S, class G, class Combine>
        S among_lanes(G&& g, Combine combine) {
            std::array<S, 32> value, next;
            lanes([&](int lane) { value[static_cast<std::size_t>(lane)] = g(lane); });
            for (std::size_t step = 16; step > 0; step /= 2) {
                for (std::size_t lane = 0; lane < 32; ++lane)
                    next[lane] = combine(value[lane], value[lane ^ step]);
                value = next;
            }
            return value[0];
        }
        unsigned char* shared() { return memory.data(); }
        /// Sums of a tile, in the order of its factors' rows and columns.
        struct tile {
            float sums[16][16];
            void clear() { std::memset(sums, 0, sizeof sums); }
            template <bool TransposedA, bool TransposedB>
            void add(const cuda::bf16* a, extent a_ld, const cuda::bf16* b, extent b_ld) {
                aligned(a, a_ld * 2);
                aligned(b, b_ld * 2);
                for (extent i = 0; i < 16; ++i)
                    for (extent j = 0; j < 16; ++j)
                        for (extent k = 0; k < 16; ++k)
                            sums[i][j] +=
                                cuda::to_float(a[TransposedA ? k * a_ld + i : i * a_ld + k]) *
                                cuda::to_float(b[TransposedB ? j * b_ld + k : k * b_ld + j]);
            }
            void store(float* to, extent ld) const {
                aligned(to, ld * 4);
                for (extent i = 0; i < 16; ++i)
                    for (extent j = 0; j < 16; ++j) to[i * ld + j] = sums[i][j];
            }
            /// What tensor cores ask of memory: 32 bytes, rows apart by whole 16.
            static void aligned(const void* at, extent row_bytes) {
                if (reinterpret_cast<std::uintptr_t>(at) % 32 != 0 || row_bytes % 16 != 0)
                    throw error("tile", "aligned rows", "others");
            }
        };
        template <int N>
        struct owned_tiles {
            struct cell {
                tile value[N];
            };
            std::vector<cell> cells;
            tile (&operator()(int warp))[N] { return cells[static_cast<std::size_t>(warp)].value; }
        };
        template <int N>
        owned_tiles<N> tiles() const {
            return {
                std::vector<typename owned_tiles<N>::cell>(static_cast<std::size_t>(count / 32))};
        }

        template <class S, int N>
        struct owned {
            struct cell {
                S value[N];
            };
            std::vector<cell> cells;
            S (&operator()(int thread))[N] { return cells[static_cast<std::size_t>(thread)].value; }
        };
        /// Filled with NaN, as memory is.
        template <class S, int N>
        owned<S, N> own() const {
            owned<S, N> out{
                std::vector<typename owned<S, N>::cell>(static_cast<std::size_t>(count))};
            std::memset(static_cast<void*>(out.cells.data()), 0xFF,
                        out.cells.size() * sizeof(S) * N);
            return out;
        }
        /// As the device does: butterflies within warps of 32, then warp after warp.
        template <class S, class G, class Combine>
        S reduce(G&& g, Combine combine) {
            std::vector<S> value(static_cast<std::size_t>(count)), next(value);
            each([&](int t) { value[static_cast<std::size_t>(t)] = g(t); });
            for (std::size_t step = 16; step > 0; step /= 2) {
                for (std::size_t t = 0; t < value.size(); ++t)
                    next[t] = combine(value[t], value[t ^ step]);
                value.swap(next);
            }
            S total = value[0];
            for (std::size_t warp = 32; warp < value.size(); warp += 32)
                total = combine(total, value[warp]);
            return total;
        }
    };
    template <class F>
    void blocks(const char* name, extent rows, int threads, const F& f) {
        if (threads % 32 != 0 || threads < 32 || threads > 1024)
            throw error(name, "whole warps", text(threads, " threads"));
        ++launches;
        run([this, rows, threads, f] {
            in_turn(rows, [&](extent row) {
                block one{threads, backward};
                f(one, row);
            });
        });
    }

    std::size_t most_shared() const {
        return shared_limit;
    }
    /// Shared memory is NaN at first, as a device's may be anything.
    template <class F>
    void tiles(const char* name, extent rows, int threads, std::size_t shared, const F& f) {
        if (threads % 32 != 0 || threads < 32 || threads > 512 || shared > shared_limit)
            throw error(name, "whole warps and memory that there is",
                        text(threads, " threads, ", shared, " bytes"));
        ++launches;
        run([this, rows, threads, shared, f] {
            in_turn(rows, [&](extent row) {
                const std::size_t alignment = 128;
                std::vector<unsigned char> memory(shared + alignment, 0xFF);
                const std::size_t off = reinterpret_cast<std::uintptr_t>(memory.data()) % alignment;
                // At the end of what was allocated, so that a write behind it shows.
                memory.resize(shared + (alignment - off) % alignment);
                block one{threads, backward, std::span(memory).last(shared)};
                f(one, row);
            });
        });
    }
    /// Which extras are done depends on the product alone, so that every path of what is left to
    /// do is tried.
    template <class In, class Out>
    cuda::extras multiply(const cuda::product<In, Out>& p) {
        ++launches;
        if (p.a_ld < (p.transpose_a ? p.m : p.k) || p.b_ld < (p.transpose_b ? p.k : p.n) ||
            p.c_ld < p.n)
            throw error("multiply", "rows that do not overlap", "a smaller step between them");
        if (p.sums != nullptr && (p.batch != 1 || p.bias != nullptr))
            throw error("multiply", "sums of a single product without a bias", "others");
        const cuda::extras done{p.bias != nullptr && p.n % 3 != 0,
                                p.sums != nullptr && p.k % 3 != 0};
        run([p, done] { multiply(p, done); });
        return done;
    }

private:
    /// At once, or in the replays of the step that is being recorded.
    template <class F>
    void run(F&& launch) {
        if (work_ != nullptr)
            recorded_.emplace_back(std::forward<F>(launch));
        else
            launch();
    }
    template <class In, class Out>
    static void multiply(const cuda::product<In, Out>& p, cuda::extras with) {
        const auto left = [&p](extent i, extent row, extent k) {
            return value(p.a[i * p.step_a + (p.transpose_a ? k * p.a_ld + row : row * p.a_ld + k)]);
        };
        for (extent i = 0; i < p.batch; ++i)
            for (extent row = 0; row < p.m; ++row)
                for (extent column = 0; column < p.n; ++column) {
                    decltype(value(Out{})) total = 0;
                    for (extent k = 0; k < p.k; ++k)
                        total += left(i, row, k) *
                                 value(p.b[i * p.step_b + (p.transpose_b ? column * p.b_ld + k
                                                                         : k * p.b_ld + column)]);
                    Out& to = p.c[i * p.step_c + row * p.c_ld + column];
                    if (p.beta != 0) total += value(to);
                    if (with.bias) total += value(p.bias[column]);
                    put(to, total);
                }
        for (extent row = 0; with.sums && row < p.m; ++row) {
            decltype(value(Out{})) total = 0;
            for (extent k = 0; k < p.k; ++k) total += left(0, row, k);
            put(p.sums[row], total);
        }
    }
    template <class F>
    void in_turn(extent count, F&& f) {
        for (extent i = 0; i < count; ++i) f(backward ? count - 1 - i : i);
    }
    static float value(cuda::bf16 x) {
        return cuda::to_float(x);
    }
    template <class S>
    static S value(S x) {
        return x;
    }
    static void put(cuda::bf16& to, float x) {
        to = cuda::to_bf16(x);
    }
    template <class S>
    static void put(S& to, S x) {
        to = x;
    }

    cuda::host_work<host_memory>* work_ = nullptr;
    std::vector<std::function<void()>> recorded_;
};

inline emulated::runtime& emulated::of(context& ctx) {
    auto& device = ctx.state.get<runtime>();
    device.backward = ctx.threads > 1;
    return device;
}

template <class Compute>
using emulated_tensor = cuda::device_tensor<Compute, emulated>;

}  // namespace MGKIT_NAMESPACE::test
