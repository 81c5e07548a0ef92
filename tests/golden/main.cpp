// SPDX-License-Identifier: MIT
// mgkit_golden: compares mgkit with every file of recorded reference numbers below a folder.
//
//   mgkit_golden [FOLDER] [--strict] [--list] [--backend NAME|all]
//
// NAME is a backend of this build, by default the default one; `all` runs each of them.
// FOLDER is the first argument, else $MGKIT_GOLDEN_DIR, else ../shared/golden beside the source
// tree. Exit code 0: every file of a known family agrees; 1: something differs, fails or is empty;
// 2: wrong usage; 77: no folder was named and the default one does not exist, or the machine lacks
// the device of every backend that was asked for.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "golden/runner.hpp"

namespace {

namespace fs = std::filesystem;
using namespace mgkit;
using golden::backend;
using golden::checks;
using golden::family;

struct options {
    fs::path folder;
    bool named = false;  ///< the folder was asked for, not the default
    bool strict = false;
    bool list = false;
    std::vector<backend> backends;
};

/// What became of all files of one family.
struct tally {
    int files = 0;
    std::size_t count = 0;
    double worst_double = 0, worst_float = 0;
    std::vector<std::string> failures;
};

fs::path default_folder() {
#ifdef MGKIT_SOURCE_DIR
    const fs::path root = MGKIT_SOURCE_DIR;
#else
    const fs::path root = fs::path(__FILE__).parent_path().parent_path().parent_path();
#endif
    return (root / ".." / "shared" / "golden").lexically_normal();
}

int usage(const std::string& problem) {
    std::fprintf(stderr, "mgkit_golden: %s\n", problem.c_str());
    std::fputs("usage: mgkit_golden [FOLDER] [--strict] [--list] [--backend NAME|all]\n", stderr);
    return 2;
}

/// 0, or the exit code for wrong arguments.
int parse(int count, char** arguments, options& chosen) {
    const std::vector<backend> built = golden::backends();
    std::string wanted(built.front().name);
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--strict") {
            chosen.strict = true;
        } else if (argument == "--list") {
            chosen.list = true;
        } else if (argument == "--backend") {
            if (++i == count) return usage("--backend needs a name");
            wanted = arguments[i];
        } else if (argument.rfind("--", 0) == 0) {
            return usage("no option '" + argument + "'");
        } else if (chosen.named) {
            return usage("one folder at most, found also '" + argument + "'");
        } else {
            chosen.folder = argument;
            chosen.named = true;
        }
    }
    std::string names;
    for (const backend& one : built) {
        if (wanted == "all" || wanted == one.name) chosen.backends.push_back(one);
        names += (names.empty() ? "" : ", ") + std::string(one.name);
    }
    if (chosen.backends.empty())
        return usage("no backend '" + wanted + "'; this build has " + names);
    if (chosen.named) return 0;
    const char* variable = std::getenv("MGKIT_GOLDEN_DIR");
    chosen.named = variable != nullptr && *variable != '\0';
    chosen.folder = chosen.named ? fs::path(variable) : default_folder();
    return 0;
}

std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().extension() == ".safetensors")
            found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

/// `family` of the config; files without one go by their folder's name.
std::string family_of(const io::json& config, const fs::path& file) {
    if (config.is_object() && config.contains("family") && config["family"].is_string())
        return config["family"].get<std::string>();
    return file.parent_path().filename().string() + "/*";
}

void print(const std::string& name, const tally& sum) {
    std::printf("%-20s %5d files %6zu checks   double %9.2e   float %9.2e   %s\n",
                (name + ":").c_str(), sum.files, sum.count, sum.worst_double, sum.worst_float,
                sum.failures.empty() ? "ok" : "FAILED");
}

/// All files on one backend; 0 if every file of a known family agrees, else 1.
int compare_all(const options& chosen, const backend& one, const std::vector<fs::path>& files) {
    const std::vector<family>& known = one.families;
    std::map<std::string, tally> tallies;
    std::map<std::string, int> unknown;
    std::vector<std::string> failures;
    for (const fs::path& path : files) {
        const std::string label = fs::relative(path, chosen.folder).string();
        std::string name;
        checks found;
        std::vector<std::string> problems;
        try {
            const io::safetensors_file file(path.string());
            const auto metadata = file.metadata().find("config");
            const io::json config = metadata == file.metadata().end()
                                        ? io::json()
                                        : io::parse_json(metadata->second, label + ": config");
            const std::string wanted = family_of(config, path);
            const auto match = std::find_if(known.begin(), known.end(),
                                            [&](const family& f) { return f.name == wanted; });
            if (match == known.end()) {
                ++unknown[wanted];
                continue;
            }
            name = wanted;
            match->run(file, config, found);
            if (found.count() == 0) problems.push_back("nothing was compared");
        } catch (const no_device&) {
            throw;
        } catch (const std::exception& failure) {
            problems.push_back(failure.what());
        }
        problems.insert(problems.end(), found.failures().begin(), found.failures().end());
        tally& sum = tallies[name.empty() ? "unreadable" : name];
        ++sum.files;
        sum.count += found.count();
        sum.worst_double = std::max(sum.worst_double, found.worst_double());
        sum.worst_float = std::max(sum.worst_float, found.worst_float());
        for (const std::string& problem : problems) {
            sum.failures.push_back(problem);
            failures.push_back(label + ": " + problem);
        }
    }

    const std::string on(one.name);
    std::printf("backend %s; family: files, checks, worst relative error\n", on.c_str());
    for (const auto& [name, sum] : tallies) print(name, sum);
    for (const auto& [name, count] : unknown)
        std::printf("%-20s %5d files        unknown family\n", (name + ":").c_str(), count);
    for (const std::string& failure : failures) std::printf("FAILED %s\n", failure.c_str());
    if (tallies.empty()) std::printf("FAILED no file belongs to a known family\n");
    const bool refused = chosen.strict && !unknown.empty();
    if (refused) std::printf("FAILED unknown families under --strict\n");
    return failures.empty() && !tallies.empty() && !refused ? 0 : 1;
}

int run(const options& chosen) {
    if (chosen.list) {
        for (const family& one : chosen.backends.front().families)
            std::printf("%s\n", std::string(one.name).c_str());
        return 0;
    }
    if (!fs::is_directory(chosen.folder)) {
        std::fprintf(stderr, "mgkit_golden: no folder %s; name it or set MGKIT_GOLDEN_DIR\n",
                     chosen.folder.c_str());
        return chosen.named ? 1 : 77;
    }
    const auto files = files_below(chosen.folder);
    if (files.empty()) {
        std::fprintf(stderr, "mgkit_golden: no *.safetensors below %s\n", chosen.folder.c_str());
        return 1;
    }
    int worst = 0;
    std::size_t skipped = 0;
    for (const backend& one : chosen.backends) try {
            worst = std::max(worst, compare_all(chosen, one, files));
        } catch (const no_device& missing) {
            std::printf("backend %s; skipped: %s\n", std::string(one.name).c_str(), missing.what());
            ++skipped;
        }
    return skipped == chosen.backends.size() ? 77 : worst;
}

}  // namespace

int main(int count, char** arguments) {
    options chosen;
    if (const int code = parse(count, arguments, chosen); code != 0) return code;
    try {
        return run(chosen);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "mgkit_golden: %s\n", failure.what());
        return 1;
    }
}
