// Parameters that stand still: what depends on them alone, computed once.
#pragma once

#include <boost/hana/for_each.hpp>

#include "mgkit/nn/leaves.hpp"

namespace mgkit::nn {

/// Calls `f(module&)` for every module below `member`, itself first, shared ones once.
template <class Member, class F>
void for_each_module(Member& member, F&& f) {
    if constexpr (listing<Member>) {
        f(member);
    } else if constexpr (module<Member>) {
        f(member);
        boost::hana::for_each(Member::fields(), [&](const auto& entry) {
            if (!entry.alias) for_each_module(entry.access(member), f);
        });
    } else if constexpr (detail::is_vector<Member> || detail::is_array<Member>) {
        for (auto& each : member) for_each_module(each, f);
    }
}

/// While in scope, forward passes on plain tensors use what the modules below `root` compute from
/// their parameters alone (`prepare(ctx)`), instead of computing it in every pass. For passes of
/// few clips, where that is a large share.
///
/// The parameters must not change meanwhile, nor the model be copied; results differ from
/// unprepared ones by rounding. Scopes on one model may nest; one thread at a time may begin or end
/// one.
template <class M>
class prepared {
public:
    prepared(context& ctx, M& root) : root_(root) {
        int done = 0;
        try {
            for_each_module(root_, [&](auto& m) {
                if constexpr (requires { m.prepare(ctx); }) {
                    m.prepare(ctx);
                    ++done;
                }
            });
        } catch (...) {
            release(done);
            throw;
        }
    }
    ~prepared() { release(-1); }
    prepared(const prepared&) = delete;
    prepared& operator=(const prepared&) = delete;

private:
    /// Releases the first `count` modules that were prepared; all for -1.
    void release(int count) {
        for_each_module(root_, [&count](auto& m) {
            if constexpr (requires { m.release(); })
                if (count-- != 0) m.release();
        });
    }

    M& root_;
};

}  // namespace mgkit::nn
